import { describe, expect, it } from "vitest";
import { DELIVERED } from "../../../../src/model/delivery.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import { anEvent } from "../../../support/entries.ts";
import { createForwarderBench } from "../../../support/forwarder.ts";
import type { ForwarderBench, ForwarderBenchOptions } from "../../../support/forwarder.ts";
import { createScriptedSink, inTurn, retry } from "../../../support/scripted-sink.ts";
import type { Script } from "../../../support/scripted-sink.ts";

function refused(cause: string = "status 400"): Delivery {
  return { status: "refused", cause };
}

/** Runs to the journal's end. */
async function settled(
  script: Script,
  options: ForwarderBenchOptions = {},
  entriesMax: number = 10,
): Promise<ForwarderBench> {
  const bench = await createForwarderBench({
    events: 8,
    ...options,
    sink: createScriptedSink(script, entriesMax),
  });
  bench.start();
  await bench.settled();
  await bench.stop();
  return bench;
}

async function restingOf(bench: ForwarderBench): Promise<readonly (readonly unknown[])[]> {
  return (await bench.resting()).map(({ eventId, code, cause }) => [eventId, code, cause]);
}

const badOnes =
  (bad: readonly string[]): Script =>
  (ids) =>
    ids.some((id) => bad.includes(id)) ? refused() : DELIVERED;

describe("the forwarder", () => {
  it("delivers what is in the pipeline's stream, in the journal's order, and passes over the rest", async () => {
    const other = { stream: "logs-audit-teleport" };
    const events = ["a", "-", "b", "-", "c", "-"].map((id, n) =>
      id === "-" ? anEvent({ id: `other-${n}`, labels: other }) : anEvent({ id }),
    );
    const bench = await settled(() => DELIVERED, { events });
    expect(bench.sink.delivered).toEqual(["a", "b", "c"]);
    expect(bench.cursor.position.sequence).toBe(6);
  });

  it("does not deliver a held event before it is released, and then once", async () => {
    const bench = await createForwarderBench();
    const [held, plain] = [anEvent({ id: "held" }), anEvent({ id: "plain" })];
    const streams = ["logs-audit-kube-api"];
    await bench.journal.append([
      { kind: "held", streams, event: held },
      { kind: "event", streams, event: plain },
      { kind: "released", streams, event: held },
    ]);
    bench.start();
    await bench.settled();
    expect(bench.sink.delivered).toEqual(["plain", "held"]);
    await bench.stop();
  });

  it("sends the same batch again, the same object, until it is delivered", async () => {
    const bench = await settled(
      inTurn(retry(), retry(), { status: "paused", cause: "status 401" }),
    );
    expect(bench.sink.attempts).toHaveLength(4);
    expect(new Set(bench.sink.batches).size).toBe(1);
    expect(bench.quarantine.count).toBe(0);
  });

  it("halves a refused batch down to the one bad event and delivers the others in order", async () => {
    const bench = await settled(badOnes(["event-6"]));
    expect(bench.sink.delivered).toEqual([1, 2, 3, 4, 5, 7, 8].map((n) => `event-${n}`));
    expect(await restingOf(bench)).toEqual([["event-6", "refused", "status 400"]]);
    expect(bench.cursor.position.sequence).toBe(8);
  });

  it("splits what is too large, and rests a single event that is too large", async () => {
    const tooLarge: Delivery = { status: "tooLarge", limitBytes: 10, cause: "status 413" };
    const bench = await settled((ids) =>
      ids.length > 2 || ids.includes("event-3") ? tooLarge : DELIVERED,
    );
    expect(bench.sink.delivered).toEqual([1, 2, 4, 5, 6, 7, 8].map((n) => `event-${n}`));
    expect(await restingOf(bench)).toEqual([["event-3", "too-large", "status 413"]]);
  });

  it("tries in halves what gets no answer `retriesWholeMax` times, rests nothing for it, and keeps the order and the waits", async () => {
    const bench = await settled((ids) => (ids.length > 2 ? retry("cut off") : DELIVERED), {
      limits: { retriesWholeMax: 3, retryMsMin: 100, retryMsMax: 30_000, cursorMsMin: 0 },
    });
    expect(bench.sink.delivered).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `event-${n}`));
    expect(bench.sink.attempts.map((ids) => ids.length)).toEqual([
      8, 8, 8, 4, 4, 4, 2, 2, 4, 4, 4, 2, 2,
    ]);
    expect(bench.quarantine.count).toBe(0);
    // The waits of the first half go on from those of the whole.
    expect(bench.clock.sleepsMs.filter((ms) => ms >= 100).slice(0, 6)).toEqual([
      100, 200, 400, 800, 1_600, 3_200,
    ]);
  });

  it("tries a single event without end", async () => {
    let left = 40;
    const bench = await settled(() => (left-- > 0 ? retry("cut off") : DELIVERED), {
      events: 1,
      limits: { retriesWholeMax: 3 },
    });
    expect(bench.sink.attempts).toHaveLength(41);
    expect(bench.quarantine.count).toBe(0);
  });

  it("rests the events that a partial refusal names, and nothing else", async () => {
    const named: Delivery = {
      status: "partlyRefused",
      refused: [
        { index: 4, cause: "no field" },
        { index: 1, cause: "no room" },
      ],
    };
    const bench = await settled(inTurn(named));
    expect(bench.sink.attempts).toHaveLength(1);
    expect(await restingOf(bench)).toEqual([
      ["event-2", "refused", "no room"],
      ["event-5", "refused", "no field"],
    ]);
  });

  it("rests a request of which k events were refused, does not send it again, and goes on with single events", async () => {
    const partly: Delivery = { status: "partlyRefused", refusedCount: 2, cause: "no" };
    const bench = await settled(inTurn(partly), { events: 11, limits: { cleanMin: 3 } }, 4);
    expect(bench.sink.attempts.map((ids) => ids.length)).toEqual([4, 1, 1, 1, 1, 3]);
    const resting = await bench.resting();
    expect(resting.map(({ eventId }) => eventId)).toEqual([1, 2, 3, 4].map((n) => `event-${n}`));
    for (const one of resting)
      expect(one).toMatchObject({
        code: "suspect",
        cause: "suspect: 2 of 4: no",
        requestId: "siem:1-4",
      });
  });

  it("begins to count clean events again when one of them is refused", async () => {
    const partly: Delivery = { status: "partlyRefused", refusedCount: 1, cause: "no" };
    const one: Delivery = { status: "partlyRefused", refusedCount: 1, cause: "this one" };
    const bench = await settled(
      inTurn(partly, DELIVERED, one),
      { events: 12, limits: { cleanMin: 2 } },
      6,
    );
    expect(bench.sink.attempts.map((ids) => ids.length)).toEqual([6, 1, 1, 1, 1, 2]);
    expect((await restingOf(bench)).at(-1)).toEqual(["event-8", "refused", "this one"]);
  });

  it("takes a partial refusal that makes no sense for one of any event", async () => {
    for (const senseless of [
      { status: "partlyRefused", refused: [{ index: 8, cause: "no" }] },
      { status: "partlyRefused", refused: [0, 0].map((index) => ({ index, cause: "no" })) },
      { status: "partlyRefused", refusedCount: -1, cause: "no" },
      { status: "partlyRefused", refusedCount: 99, cause: "no" },
      { status: "partlyRefused", refusedCount: Number.NaN, cause: "no" },
    ] satisfies readonly Delivery[]) {
      const bench = await settled(inTurn(senseless));
      expect(bench.quarantine.count).toBe(8);
      expect((await bench.resting())[0]?.cause).toMatch(/^suspect: [1-8] of 8: no$/);
    }
  });

  it("takes a partial refusal of nothing for a delivery", async () => {
    for (const nothing of [
      { status: "partlyRefused", refused: [] },
      { status: "partlyRefused", refusedCount: 0, cause: "a hint" },
    ] satisfies readonly Delivery[])
      expect((await settled(inTurn(nothing))).quarantine.count).toBe(0);
  });

  it("puts an event to rest that makes its sink throw, after it tried again", async () => {
    const bench = await settled((ids) => {
      if (ids.includes("event-3")) throw new RangeError("Cannot encode it");
      return DELIVERED;
    });
    expect(bench.sink.delivered).toEqual([1, 2, 4, 5, 6, 7, 8].map((n) => `event-${n}`));
    expect(await restingOf(bench)).toEqual([
      ["event-3", "refused", expect.stringContaining("Cannot encode it")],
    ]);
  });

  it("connects again after its sink threw, and not otherwise", async () => {
    let calls = 0;
    const bench = await settled(() => {
      calls++;
      if (calls === 2) throw new Error("Connect me again");
      return calls < 4 ? retry() : DELIVERED;
    });
    expect(bench.sink.connects).toBe(2);
    expect(bench.quarantine.count).toBe(0);
  });
});

describe("an endpoint that refuses everything", () => {
  const all = Array.from({ length: 40 }, (_, n) => `event-${n + 1}`);

  it("pauses its pipeline after `refusedInRowMax` single refusals, with none of the batch at rest", async () => {
    const bench = await createForwarderBench({
      events: 40,
      limits: { refusedInRowMax: 4 },
      sink: createScriptedSink(badOnes(all), 40),
    });
    bench.start();
    await expect.poll(() => bench.forwarder.state().lastError?.code).toBe("ENDPOINT_PAUSED");
    expect(bench.forwarder.state().lastError?.cause).toMatch(/^4 events were refused in a row/);
    expect(bench.quarantine.count).toBe(0);
    expect(bench.cursor.moves).toEqual([]);
    bench.sink.script = () => DELIVERED;
    await bench.settled();
    expect(bench.sink.delivered).toEqual(all);
    expect(bench.quarantine.count).toBe(0);
    expect(bench.log.lines).toEqual([
      "The endpoint or its configuration is at fault: paused",
      "The endpoint answers again",
    ]);
    await bench.stop();
  });

  it("is not taken for one below that number", async () => {
    const bench = await settled(badOnes(all.slice(0, 3)), { limits: { refusedInRowMax: 4 } });
    expect(bench.quarantine.count).toBe(3);
    expect(bench.metrics.get("chaperone_pipeline_retries_total")).toBeUndefined();
  });

  it("is not taken for one when something is delivered between the refusals", async () => {
    const bad = ["event-1", "event-2", "event-4", "event-5", "event-7", "event-8"];
    const bench = await settled(badOnes(bad), { limits: { refusedInRowMax: 3 } });
    expect(bench.sink.delivered).toEqual(["event-3", "event-6"]);
    expect(bench.quarantine.count).toBe(6);
  });

  it("is found out when events come one at a time", async () => {
    const bench = await createForwarderBench({
      events: 8,
      limits: { refusedInRowMax: 4 },
      sink: createScriptedSink(() => refused(), 1),
    });
    bench.start();
    await expect.poll(() => bench.forwarder.state().lastError?.code).toBe("ENDPOINT_PAUSED");
    expect(bench.quarantine.count).toBe(3);
    await bench.stop();
  });
});
