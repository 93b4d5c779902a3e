import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSink } from "../../../../src/forward/sinks.ts";
import type { JournalEntry } from "../../../../src/model/entry.ts";
import { Secret } from "../../../../src/model/secret.ts";
import { systemClock } from "../../../../src/platform/clock.ts";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import { anEntry, someEntries } from "../../../support/entries.ts";
import { createHttpDestination, type HttpDestination } from "../../../support/http-destination.ts";
import { receivedRecords } from "../../../support/otlp-request.ts";
import { anOtlpSink, OTLP_DEFAULTS, type OtlpSinkForTest } from "../../../support/otlp-sink.ts";

const noLine = (): void => undefined;
const never = new AbortController().signal;

let destination: HttpDestination;
let made: OtlpSinkForTest[];

beforeEach(async () => {
  destination = await createHttpDestination();
  made = [];
});

afterEach(async () => {
  for (const { sink } of made) await sink.close();
  await destination.close();
});

function aSink(options: Partial<Parameters<typeof anOtlpSink>[0]> = {}): OtlpSinkForTest {
  const one = anOtlpSink({ endpoint: destination.url, ...options });
  made.push(one);
  return one;
}

function received(): readonly unknown[] {
  return destination.requests.flatMap((request) =>
    receivedRecords(request).map((record) => record.attributes["log.record.uid"]),
  );
}

function ids(entries: readonly JournalEntry[]): readonly string[] {
  return entries.map((entry) => entry.id);
}

describe.each(["http/protobuf", "http/json"] as const)("OTLP sink with %s", (protocol) => {
  it.each(["none", "gzip"] as const)(
    "delivers every event of a batch in its order with compression %s",
    async (compression) => {
      const entries = someEntries(50);
      const { sink } = aSink({ protocol, compression });
      expect(await sink.deliver(entries, never)).toEqual({ status: "delivered" });
      expect(received()).toEqual(ids(entries));
    },
  );

  it("posts to /v1/logs with a length, a type and its secrets", async () => {
    const auth = { kind: "bearer" as const, token: new Secret("t0ken") };
    const { sink } = aSink({ protocol, auth });
    await sink.deliver(someEntries(2), never);
    const [request] = destination.requests;
    expect(request).toMatchObject({ method: "POST", path: "/v1/logs" });
    expect(request?.headers).toMatchObject({
      authorization: "Bearer t0ken",
      "content-length": String(request?.body.length),
      "content-type": protocol === "http/json" ? "application/json" : "application/x-protobuf",
    });
  });

  it("sends nothing for an empty batch", async () => {
    const { sink } = aSink({ protocol });
    expect(await sink.deliver([], never)).toEqual({ status: "delivered" });
    expect(destination.requests).toEqual([]);
  });

  it("sends one batch after another, each with its own events alone", async () => {
    const { sink } = aSink({ protocol });
    const batches = [someEntries(3), [anEntry({ id: "alone" })], someEntries(2)];
    for (const batch of batches) await sink.deliver(batch, never);
    expect(received()).toEqual(batches.flatMap(ids));
  });

  it("keeps batches apart that are under way at the same time", async () => {
    const { sink } = aSink({ protocol });
    const batches = Array.from({ length: 8 }, (_, n) => [
      anEntry({ id: `${n}-first` }),
      anEntry({ id: `${n}-second` }),
    ]);
    const outcomes = await Promise.all(batches.map((batch) => sink.deliver(batch, never)));
    expect(outcomes.every(({ status }) => status === "delivered")).toBe(true);
    expect(new Set(received())).toEqual(new Set(batches.flatMap(ids)));
  });

  it("ends an attempt whose answer does not come in time", async () => {
    const { sink } = aSink({ protocol, timeoutMs: 100 });
    destination.answer({ hang: "beforeHeaders" });
    expect(await sink.deliver(someEntries(1), never)).toEqual({
      status: "retry",
      cause: "No complete answer within 100 ms",
      retryAfterMs: null,
    });
  });

  it("ends an attempt whose answer stops after the headers in time", async () => {
    const { sink } = aSink({ protocol, timeoutMs: 100 });
    destination.answer({ hang: "afterHeaders" });
    expect(await sink.deliver(someEntries(1), never)).toMatchObject({ status: "retry" });
  });

  it("ends an attempt when it is told to stop", async () => {
    const { sink } = aSink({ protocol });
    const stop = new AbortController();
    destination.answer({ hang: "beforeHeaders" });
    const delivery = sink.deliver(someEntries(1), stop.signal);
    await expect.poll(() => destination.requests.length).toBe(1);
    stop.abort();
    expect(await delivery).toMatchObject({ status: "retry" });
  });

  it("tries nothing when it was told to stop before", async () => {
    const { sink } = aSink({ protocol });
    expect(await sink.deliver(someEntries(1), AbortSignal.abort())).toMatchObject({
      status: "retry",
    });
    expect(destination.requests).toEqual([]);
  });

  it("takes a connection that is cut before or after the headers for one that may have arrived", async () => {
    const { sink } = aSink({ protocol });
    destination.answer({ reset: "beforeHeaders" }, { reset: "afterHeaders" });
    expect(await sink.deliver(someEntries(1), never)).toMatchObject({ status: "retry" });
    expect(await sink.deliver(someEntries(1), never)).toMatchObject({ status: "retry" });
    expect(await sink.deliver(someEntries(1), never)).toEqual({ status: "delivered" });
  });

  it("tries again later where nobody listens", async () => {
    const { sink } = aSink({ protocol });
    await destination.close();
    const delivery = await sink.deliver(someEntries(1), never);
    expect(delivery).toMatchObject({ status: "retry" });
    expect(JSON.stringify(delivery)).toContain("ECONNREFUSED");
  });

  it("can be closed without ever connecting, and used again after that", async () => {
    const { sink } = aSink({ protocol });
    await sink.close();
    await sink.connect(never);
    expect(await sink.deliver(someEntries(1), never)).toEqual({ status: "delivered" });
  });
});

describe("OTLP sink", () => {
  it("is what the registry gives for an endpoint of its kind", async () => {
    const spec = { kind: "otlp" as const, ...OTLP_DEFAULTS, endpoint: destination.url };
    const log = { debug: noLine, info: noLine, warn: noLine, error: noLine };
    const deps = { organization: "acme", disk: nodeDisk, clock: systemClock, log };
    const sink = await createSink({ slug: "siem", displayName: "SIEM", spec }, deps);
    expect(await sink.deliver(someEntries(2), never)).toEqual({ status: "delivered" });
    await sink.close();
    expect(received()).toHaveLength(2);
  });

  it("counts what a partial success refuses", async () => {
    const { sink } = aSink();
    destination.answer({
      headers: { "content-type": "application/json" },
      body: '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}',
    });
    expect(await sink.deliver(someEntries(3), never)).toEqual({
      status: "partlyRefused",
      refusedCount: 1,
      cause: 'HTTP 200: 1 of 3 log records refused: "too old"',
    });
  });

  it("logs a warning of the endpoint once until it says something else", async () => {
    const { sink, warnings } = aSink();
    const saying = (message: string) => ({
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ partialSuccess: { errorMessage: message } }),
    });
    destination.answer(saying("slow down"), saying("slow down"), saying("thank you"));
    for (let n = 0; n < 3; n++)
      expect(await sink.deliver(someEntries(1), never)).toEqual({ status: "delivered" });
    expect(warnings).toEqual([
      { endpoint: "siem", message: "slow down" },
      { endpoint: "siem", message: "thank you" },
    ]);
  });

  it("reads an answer of up to 4 MiB whole, and with one byte more tries again", async () => {
    const { sink } = aSink({ protocol: "http/json" });
    const answers = async (sizeBytes: number): Promise<string> => {
      const headers = { "content-type": "application/json" };
      destination.answer({ headers, body: "{}".padEnd(sizeBytes, " ") });
      return (await sink.deliver(someEntries(1), never)).status;
    };
    const bytesMax = 4 * 1024 * 1024;
    expect(await answers(bytesMax - 1)).toBe("delivered");
    expect(await answers(bytesMax)).toBe("delivered");
    expect(await answers(bytesMax + 1)).toBe("paused");
  });

  it("reads no more than 4 MiB of an answer", async () => {
    const { sink } = aSink();
    destination.answer({
      headers: { "content-type": "application/json" },
      body: `{"x":"${"y".repeat(4 * 1024 * 1024)}"}`,
    });
    expect(await sink.deliver(someEntries(1), never)).toMatchObject({ status: "paused" });
  });

  it("sends a request of up to 64 MiB, and none that has one byte more", async () => {
    const limitBytes = 64 * 1024 * 1024;
    const { sink } = aSink({ timeoutMs: 60_000 });
    const delivered = (sizeBytes: number): Promise<unknown> => {
      const bytes = Buffer.alloc(sizeBytes, "x");
      const original = { bytes, sha256: "", truncatedFromBytes: null };
      return Promise.resolve(sink.deliver([anEntry({ id: "large", original })], never));
    };
    // Around the original is as much as around one whose length takes as many bytes.
    const least = 8 * 1024 * 1024;
    await delivered(least);
    const most = limitBytes - ((destination.requests[0]?.body.length ?? 0) - least);
    for (const sizeBytes of [most - 1, most])
      expect(await delivered(sizeBytes)).toEqual({ status: "delivered" });
    const sizes = destination.requests.slice(1).map(({ body }) => body.length);
    expect(sizes).toEqual([limitBytes - 1, limitBytes]);
    for (const sizeBytes of [most + 1, limitBytes - 1, limitBytes])
      expect(await delivered(sizeBytes)).toMatchObject({ status: "tooLarge", limitBytes });
    expect(destination.requests).toHaveLength(3);
  });

  it("pauses when a secret cannot stand in a header, and does not show it", async () => {
    const token = new Secret("two\nlines");
    const { sink } = aSink({ auth: { kind: "bearer", token } });
    const delivery = await sink.deliver(someEntries(1), never);
    expect(delivery.status).toBe("paused");
    expect(JSON.stringify(delivery)).not.toContain("two");
  });
});
