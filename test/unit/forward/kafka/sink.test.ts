import { getEventListeners } from "node:events";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { EVENT_ID_HEADER } from "../../../../src/forward/kafka/message.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import type { JournalEntry } from "../../../../src/model/entry.ts";
import type { KafkaEndpoint } from "../../../../src/model/relay.ts";
import { Secret } from "../../../../src/model/secret.ts";
import { freePort } from "../../../support/containers/port.ts";
import { anEntry, someEntries } from "../../../support/entries.ts";
import { aKafkaSink, type KafkaSinkUnderTest } from "./a-kafka-sink.ts";
import {
  createKafkaDestination,
  type KafkaDestination,
  type KafkaDestinationOptions,
  type ProduceAnswer,
  type SentBatch,
} from "./kafka-destination.ts";

const TAKEN: ProduceAnswer = { errorCode: 0 };
const NOT_LEADER: ProduceAnswer = { errorCode: 6 };
const TOO_LARGE: ProduceAnswer = { errorCode: 10 };

interface Bench extends KafkaSinkUnderTest {
  /** Every produce request so far, whatever became of it. */
  readonly requests: readonly SentBatch[];
  readonly destination: KafkaDestination;
  readonly deliver: (entries: readonly JournalEntry[]) => Promise<Delivery>;
}

async function aBench(
  spec: Partial<KafkaEndpoint> = {},
  options: Partial<KafkaDestinationOptions> = {},
): Promise<Bench> {
  const port = await freePort();
  const requests: SentBatch[] = [];
  const destination = await createKafkaDestination({
    port,
    topic: "t",
    partitionCount: 1,
    ...options,
    onProduce: (batch) => {
      requests.push(batch);
      return options.onProduce?.(batch) ?? TAKEN;
    },
  });
  const made = aKafkaSink({ bootstrapEndpoints: [`127.0.0.1:${port}`], topic: "t", ...spec });
  onTestFinished(async () => {
    await made.sink.close();
    await destination.close();
  });
  const { signal } = new AbortController();
  return {
    ...made,
    destination,
    requests,
    deliver: (entries) => made.sink.deliver(entries, signal),
  };
}

function idsOf({ records }: SentBatch): readonly string[] {
  return records.map(({ headers }) => headers[EVENT_ID_HEADER] ?? "");
}

/** A destination that needs so long for a request. */
async function takenAfter(ms: number): Promise<ProduceAnswer> {
  await delay(ms);
  return TAKEN;
}

/** An event that takes about so many bytes as JSON. */
function large(id: string, sizeBytes: number): JournalEntry {
  const bytes = Buffer.alloc(sizeBytes, "x");
  return anEntry({ id, original: { bytes, sha256: "", truncatedFromBytes: null } });
}

describe("requests of the Kafka sink", () => {
  it("are of one partition, wait for all in-sync replicas, and follow one another there", async () => {
    const open = new Set<number>();
    const overlaps: number[] = [];
    const { deliver, requests } = await aBench(
      { messageBytesMax: 20_000 },
      {
        partitionCount: 4,
        onProduce: async ({ partition }) => {
          if (open.has(partition)) overlaps.push(partition);
          open.add(partition);
          await nextTurn();
          open.delete(partition);
          return TAKEN;
        },
      },
    );
    const entries = someEntries(400);
    expect(await deliver(entries)).toEqual({ status: "delivered" });
    expect(overlaps).toEqual([]);
    expect(new Set(requests.map(({ acks }) => acks))).toEqual(new Set([-1]));
    expect(new Set(requests.map(({ partition }) => partition)).size).toBe(4);
    expect(requests.length).toBeGreaterThan(8);
    for (const partition of [0, 1, 2, 3]) {
      const ids = requests.filter((one) => one.partition === partition).flatMap(idsOf);
      expect(ids).toEqual(entries.map(({ id }) => id).filter((id) => ids.includes(id)));
    }
  });

  it("of a partition end at its first fault, so that nothing overtakes what was not taken", async () => {
    const { deliver, requests } = await aBench(
      { messageBytesMax: 5_000 },
      { onProduce: (batch) => (idsOf(batch).includes("event-4") ? NOT_LEADER : TAKEN) },
    );
    expect(await deliver(someEntries(20))).toMatchObject({ status: "retry" });
    expect(requests.slice(-1).flatMap(idsOf)).toContain("event-4");
  });

  it("are never larger than the endpoint's limit, which counts what the broker counts", async () => {
    const { deliver, requests } = await aBench({ messageBytesMax: 30_000 });
    expect(await deliver(someEntries(200))).toEqual({ status: "delivered" });
    expect(requests.length).toBeGreaterThan(5);
    for (const { sizeBytes } of requests) expect(sizeBytes).toBeLessThanOrEqual(30_000);
  });
});

describe("a message near the endpoint's limit", () => {
  it.each([
    ["below", 1, "delivered"],
    ["at", 0, "delivered"],
    ["above", -1, "tooLarge"],
  ] as const)(
    "that is %s it is answered with the difference %i as `%s`",
    async (_, more, status) => {
      const entry = large("e-1", 5_000);
      const probe = await aBench();
      await probe.deliver([entry]);
      const sizeBytes = probe.requests[0]?.sizeBytes ?? 0;
      const { deliver, requests } = await aBench({ messageBytesMax: sizeBytes + more });
      expect(await deliver([entry])).toMatchObject({ status });
      expect(requests.length).toBe(status === "delivered" ? 1 : 0);
    },
  );

  it("names the limit when it is above it", async () => {
    const { deliver } = await aBench({ messageBytesMax: 2_000 });
    expect(await deliver([large("e-1", 5_000)])).toMatchObject({
      limitBytes: 2_000,
      cause: expect.stringMatching(
        /^A message of \d{4} bytes is above .* limit of 2000 bytes$/,
      ) as string,
    });
  });
});

describe("a batch of which a part was taken", () => {
  it("is completed when it comes again, without a copy of what was confirmed", async () => {
    let isLeading = false;
    const { deliver, requests } = await aBench(
      {},
      {
        partitionCount: 4,
        onProduce: ({ partition }) => (partition === 2 && !isLeading ? NOT_LEADER : TAKEN),
      },
    );
    const entries = someEntries(100);
    expect(await deliver(entries)).toMatchObject({ status: "retry" });
    isLeading = true;
    expect(await deliver(entries)).toEqual({ status: "delivered" });
    const again = requests.slice(4);
    expect(again.map(({ partition }) => partition)).toEqual([2]);
    expect(requests.slice(0, 4).flatMap(idsOf).toSorted()).toEqual(
      entries.map(({ id }) => id).toSorted(),
    );
  });

  it("makes progress where no attempt is long enough for all of it", async () => {
    const { deliver, requests } = await aBench(
      { messageBytesMax: 5_000, timeoutMs: 150 },
      {
        onProduce: () => takenAfter(40),
      },
    );
    const entries = someEntries(40);
    await expect
      .poll(async () => (await deliver(entries)).status, { timeout: 10_000 })
      .toBe("delivered");
    const ids = requests.flatMap(idsOf);
    expect([...new Set(ids)]).toEqual(entries.map(({ id }) => id));
    // A request that was under way at a deadline may come twice, and no other.
    expect(ids.length).toBeLessThan(2 * entries.length);
  });

  it("is settled by halves without copies of what was confirmed", async () => {
    const { deliver, requests } = await aBench(
      { messageBytesMax: 6_000 },
      { onProduce: (batch) => (idsOf(batch).includes("event-20") ? TOO_LARGE : TAKEN) },
    );
    const entries = someEntries(20);
    expect(await deliver(entries)).toMatchObject({ status: "tooLarge" });
    const before = requests.length;
    expect(await deliver(entries.slice(0, 5))).toEqual({ status: "delivered" });
    expect(requests.length).toBe(before);
  });

  it("is sent as a whole again once it was delivered, as a replay has to be", async () => {
    const { deliver, requests } = await aBench();
    const entries = someEntries(3);
    await deliver(entries);
    await deliver(entries);
    expect(requests.map(idsOf)).toEqual([1, 2].map(() => ["event-1", "event-2", "event-3"]));
  });
});

describe("an attempt of the Kafka sink", () => {
  it.each(["connecting", "logging in", "asking for the topic", "producing"])(
    "ends with its deadline while %s",
    async (step) => {
      const silent: ProduceAnswer = { isSilent: true };
      const silentAt = { connecting: 18, "logging in": 36, "asking for the topic": 3 }[step];
      const { deliver } = await aBench(
        {
          timeoutMs: 300,
          sasl: { mechanism: "PLAIN", username: "ada", password: new Secret("engine") },
        },
        { onProduce: () => silent, ...(silentAt === undefined ? {} : { silentAt }) },
      );
      const start = performance.now();
      expect(await deliver(someEntries(3))).toMatchObject({ status: "retry" });
      expect(performance.now() - start).toBeLessThan(300 + 250);
    },
  );

  it("ends with its deadline though every one of its many requests is quick", async () => {
    const { deliver } = await aBench(
      { messageBytesMax: 3_000, timeoutMs: 200 },
      {
        onProduce: () => takenAfter(30),
      },
    );
    const start = performance.now();
    expect(await deliver(someEntries(200))).toMatchObject({
      status: "retry",
      cause: "Kafka did not answer within 200 ms",
    });
    expect(performance.now() - start).toBeLessThan(200 + 250);
  });

  it("ends soon after its signal is aborted, and cuts its connection", async () => {
    let arrived = (): void => undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { sink, requests } = await aBench(
      { messageBytesMax: 3_000 },
      {
        onProduce: () => {
          arrived();
          return { isSilent: true };
        },
      },
    );
    const stop = new AbortController();
    const delivery = sink.deliver(someEntries(20), stop.signal);
    await arrival;
    const start = performance.now();
    stop.abort();
    expect(await delivery).toMatchObject({ status: "retry" });
    expect(performance.now() - start).toBeLessThan(100);
    expect(requests.length).toBe(1);
  });

  it("leaves no listener at a signal that lives on", async () => {
    const { sink } = await aBench();
    const stop = new AbortController();
    for (const entry of someEntries(5)) await sink.deliver([entry], stop.signal);
    expect(getEventListeners(stop.signal, "abort")).toEqual([]);
  });

  it("under way ends as `retry` when the sink is closed", async () => {
    let arrived = (): void => undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { sink, deliver } = await aBench(
      {},
      {
        onProduce: () => {
          arrived();
          return { isSilent: true };
        },
      },
    );
    const delivery = deliver(someEntries(1));
    await arrival;
    await sink.close();
    expect(await delivery).toMatchObject({ status: "retry" });
    await expect(delivery).resolves.toHaveProperty("cause", expect.stringContaining("closed"));
  });

  it("is `paused` for a certificate that cannot be read, before anything is connected", async () => {
    const tls = {
      certificateAuthority: null,
      client: { certificate: "-----BEGIN NONSENSE-----", key: new Secret("key material") },
    };
    const { deliver, logged } = await aBench({ tls });
    const delivery = await deliver(someEntries(1));
    expect(delivery).toMatchObject({
      status: "paused",
      cause: expect.stringMatching(/./) as string,
    });
    expect(JSON.stringify([delivery, logged])).not.toContain("key material");
  });

  it("puts neither the password nor the user's secret into causes or logs when a login fails", async () => {
    const { deliver, logged } = await aBench(
      { sasl: { mechanism: "PLAIN", username: "ada", password: new Secret("analytical-engine") } },
      { loginErrorCode: () => 58 },
    );
    const delivery = await deliver(someEntries(1));
    expect(delivery).toMatchObject({ status: "paused" });
    const said = JSON.stringify([delivery, logged]);
    expect(logged.length).toBeGreaterThan(0);
    for (const form of ["utf8", "base64", "hex"] as const)
      expect(said).not.toContain(Buffer.from("analytical-engine").toString(form));
  });
});

describe("a Kafka connection at rest", () => {
  it("that the broker ends is made anew without a setback", async () => {
    const { deliver, destination, logged } = await aBench();
    expect(await deliver(someEntries(1))).toEqual({ status: "delivered" });
    destination.hangUp();
    // Both ends need a moment to see it; nothing tells when the sink's has.
    await delay(50);
    expect(await deliver(someEntries(2))).toEqual({ status: "delivered" });
    expect(logged).toEqual([]);
  });

  it("sets no timers", async () => {
    const { deliver } = await aBench();
    await deliver(someEntries(1));
    const timers = vi.spyOn(globalThis, "setTimeout");
    onTestFinished(() => {
      timers.mockRestore();
    });
    await delay(200);
    expect(timers.mock.calls).toEqual([]);
  });
});
