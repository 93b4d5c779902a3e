import { describe, expect, it } from "vitest";
import { DELIVERED } from "../../../../src/model/delivery.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import type { Cursor } from "../../../../src/ports/journal.ts";
import { anEvent } from "../../../support/entries.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import { createForwarderBench } from "../../../support/forwarder.ts";
import { createMemoryCursor } from "../../../support/memory-journal.ts";
import { createScriptedSink, retry } from "../../../support/scripted-sink.ts";

const refused: Delivery = { status: "refused", cause: "no" };

describe("the forwarder's place", () => {
  it("does not move before the endpoint answered", async () => {
    const answer = Promise.withResolvers<Delivery>();
    const bench = await createForwarderBench({
      events: 4,
      sink: createScriptedSink(() => answer.promise),
    });
    bench.start();
    await expect.poll(() => bench.sink.attempts.length).toBe(1);
    expect(bench.cursor.moves).toEqual([]);
    expect(bench.forwarder.state()).toMatchObject({
      settledTo: { sequence: 0 },
      lagEntries: 4,
      counts: { matched: 4, delivered: 0, quarantined: 0, waiting: 4 },
    });
    answer.resolve(DELIVERED);
    await bench.settled();
    expect(bench.cursor.moves).toEqual([4]);
    await bench.stop();
  });

  it("does not move over an event before its rest is durable", async () => {
    const bench = await createForwarderBench({
      events: 1,
      sink: createScriptedSink(() => refused),
    });
    bench.disk.capacityBytes = 10;
    bench.start();
    await expect.poll(() => bench.log.lines).toContain("Quarantine waits");
    expect(bench.cursor.moves).toEqual([]);
    expect(bench.forwarder.state().counts.waiting).toBe(1);
    bench.disk.capacityBytes = Infinity;
    await bench.settled();
    expect(bench.quarantine.count).toBe(1);
    await bench.stop();
  });

  it("ends the run when nobody knows whether a rest is durable", async () => {
    const bench = await createForwarderBench({
      events: 1,
      sink: createScriptedSink(() => refused),
    });
    bench.start();
    await bench.settled();
    // The file is there by now, so that it is the fsync of the next event that fails.
    bench.disk.fault = ({ operation }) => (operation === "sync" ? { code: "EIO" } : null);
    bench.journal.add(anEvent());
    await expect.poll(() => bench.sink.closes).toBe(1);
    await expect(bench.stop()).rejects.toMatchObject({ code: "QUARANTINE_WRITE_FAILED" });
    expect(bench.cursor.position.sequence).toBe(1);
  });

  it("makes copies, never a loss, when a crash comes between a delivery and the cursor", async () => {
    const first = await createForwarderBench({ events: 6, sink: createScriptedSink(undefined, 3) });
    const writes = Promise.withResolvers<void>();
    const cursor = { ...createMemoryCursor(), advance: () => writes.promise };
    const dying = await createForwarderBench({
      events: 6,
      sink: createScriptedSink(undefined, 3),
      change: { cursor },
    });
    dying.start();
    await expect.poll(() => dying.sink.delivered.length).toBe(6);
    // The process ends here: the cursor never moved.
    first.start();
    await first.settled();
    expect(first.sink.delivered).toEqual(dying.sink.delivered);
    await first.stop();
    writes.resolve();
    await dying.stop();
  });

  it("puts an event to rest once when a crash comes between its rest and the cursor", async () => {
    const disk = createFaultyDisk();
    const sink = createScriptedSink((ids) => (ids.includes("event-2") ? refused : DELIVERED));
    for (const _life of [1, 2]) {
      const bench = await createForwarderBench({
        events: 3,
        sink,
        disk,
        cursor: createMemoryCursor(),
      });
      bench.start();
      await bench.settled();
      await bench.stop();
      expect((await bench.resting()).map(({ eventId }) => eventId)).toEqual(["event-2"]);
    }
  });

  it("moves over the settled front of a batch while the rest of it has to wait", async () => {
    let isOpen = false;
    const bench = await createForwarderBench({
      events: 8,
      sink: createScriptedSink((ids) => {
        if (ids.length > 4) return { status: "tooLarge", limitBytes: null, cause: "status 413" };
        return ids.includes("event-5") && !isOpen ? retry() : DELIVERED;
      }),
    });
    bench.start();
    await expect.poll(() => bench.cursor.moves).toEqual([4]);
    expect(bench.forwarder.state().counts).toMatchObject({ delivered: 4, waiting: 4 });
    isOpen = true;
    await bench.settled();
    await bench.stop();
  });

  it("is written at most once in `cursorMsMin`, but at once for whoever waits for it", async () => {
    const bench = await createForwarderBench({
      events: 500,
      sink: createScriptedSink(undefined, 1),
      limits: { cursorMsMin: 100_000 },
    });
    bench.start();
    await bench.settled();
    expect(bench.cursor.moves.length).toBeLessThan(20);
    expect(bench.cursor.position.sequence).toBe(500);
    await bench.stop();
  });

  it("is tried again when it cannot be written, while deliveries go on", async () => {
    const cursor = createMemoryCursor();
    let failures = 3;
    const bench = await createForwarderBench({
      events: 20,
      sink: createScriptedSink(undefined, 5),
      change: {
        cursor: {
          name: cursor.name,
          get position() {
            return cursor.position;
          },
          advance: (to) =>
            failures-- > 0 ? Promise.reject(new Error("no space")) : cursor.advance(to),
        },
      },
    });
    bench.start();
    await bench.settled();
    expect(bench.sink.delivered).toHaveLength(20);
    expect(cursor.position.sequence).toBe(20);
    expect(bench.log.lines).toContain("Cannot write the cursor");
    await bench.stop();
  });

  it("is written a last time at the end, behind a write that is under way", async () => {
    const cursor = createMemoryCursor();
    const first = Promise.withResolvers<void>();
    const bench = await createForwarderBench({
      events: 2,
      sink: createScriptedSink(undefined, 1),
      limits: { cursorMsMin: 0 },
      change: { cursor: slowFirst(cursor, first.promise) },
    });
    bench.start();
    await expect.poll(() => bench.forwarder.state().counts.delivered).toBe(2);
    const stopped = bench.stop();
    first.resolve();
    await stopped;
    expect(cursor.moves).toEqual([1, 2]);
  });

  it("is written at once, too, for who began to wait while another write was under way", async () => {
    const first = Promise.withResolvers<void>();
    const cursor = createMemoryCursor();
    const bench = await createForwarderBench({
      events: 2,
      sink: createScriptedSink(undefined, 1),
      limits: { cursorMsMin: 100_000 },
      change: { cursor: slowFirst(cursor, first.promise) },
    });
    bench.start();
    await expect.poll(() => bench.forwarder.state().counts.delivered).toBe(2);
    const settled = bench.settled();
    first.resolve();
    await settled;
    expect(cursor.moves).toEqual([1, 2]);
    await bench.stop();
  });

  it("goes over events of other streams, so that a quiet pipeline does not hold the journal", async () => {
    const bench = await createForwarderBench({ events: 30, change: { pipeline: QUIET } });
    bench.start();
    await bench.settled();
    expect(bench.sink.attempts).toEqual([]);
    expect(bench.cursor.position.sequence).toBe(30);
    await bench.stop();
  });
});

/** The cursor, whose move to 1 takes until the promise is resolved. */
function slowFirst(cursor: Cursor, until: Promise<void>): Cursor {
  return {
    name: cursor.name,
    get position() {
      return cursor.position;
    },
    advance: async (to) => {
      if (to.sequence === 1) await until;
      await cursor.advance(to);
    },
  };
}

const QUIET = { slug: "quiet", stream: "logs-findings" };
