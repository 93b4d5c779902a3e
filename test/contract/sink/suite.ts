import { describe, expect, it } from "vitest";
import type { Delivery } from "../../../src/model/delivery.ts";
import type { JournalEntry } from "../../../src/model/entry.ts";
import type { Sink } from "../../../src/ports/sink.ts";
import { anEvent, entriesOf, someEntries } from "../../support/entries.ts";
import { FAULTS, FAULT_NAMES, using } from "./bench.ts";
import type { FaultName, SetUp } from "./bench.ts";
import { sinkRuns } from "./runs.ts";

/**
 * What every sink owes the forwarder (ports/sink.ts), alone and with a real forwarder and a real quarantine. `has` are the faults that
 * this kind of destination can have, `hasNot` all others.
 */
export function sinkContract(
  name: string,
  setUp: SetUp,
  { has, hasNot }: { readonly has: readonly FaultName[]; readonly hasNot: readonly FaultName[] },
): void {
  describe(`${name} keeps the sink's contract:`, () => {
    it("can show every fault, or says that it has no such fault", async () => {
      expect([...has, ...hasNot].toSorted()).toEqual(FAULT_NAMES.toSorted());
      await using(setUp, ({ faults }) => {
        expect(Object.keys(faults).toSorted()).toEqual(has.toSorted());
      });
    });
    deliveries(setUp);
    for (const fault of has) answers(setUp, fault);
    if (has.includes("noAnswer")) aborts(setUp);
    sinkRuns(setUp, has);
  });
}

/** As the forwarder's: for sinks that have none of their own. */
function deadline(): AbortSignal {
  return AbortSignal.timeout(1_000);
}

function never(): AbortSignal {
  return new AbortController().signal;
}

/** A busy machine may take longer than the bench's short deadline. */
async function deliverAtLast(sink: Sink, entries: readonly JournalEntry[]): Promise<void> {
  await expect
    .poll(async () => (await sink.deliver(entries, never())).status, { timeout: 15_000 })
    .toBe("delivered");
}

function idsOf(entries: readonly JournalEntry[]): readonly string[] {
  return entries.map(({ id }) => id);
}

function deliveries(setUp: SetUp): void {
  it("delivers a batch whole and in its order", async () => {
    await using(setUp, async ({ sink, received }) => {
      const entries = someEntries(20);
      await sink.connect(never());
      expect(await sink.deliver(entries, never())).toEqual({ status: "delivered" });
      expect(await received()).toEqual(idsOf(entries));
    });
  });

  it("delivers an empty batch without asking the destination", async () => {
    await using(setUp, async ({ sink, received }) => {
      await sink.connect(never());
      expect(await sink.deliver([], never())).toEqual({ status: "delivered" });
      expect(await received()).toEqual([]);
    });
  });

  it("delivers a batch as large as it asks for, with an event of 300 KB in it", async () => {
    await using(setUp, async ({ sink, received }) => {
      const bytes = Buffer.alloc(300 * 1024, "é");
      const large = anEvent({
        id: "large",
        original: { bytes, sha256: "", truncatedFromBytes: null },
      });
      const rest = someEntries(sink.batch.entriesMax - 1).map((entry) => entry.event());
      const entries = entriesOf([...rest.slice(0, 9), large, ...rest.slice(9)]);
      await sink.connect(never());
      await deliverAtLast(sink, entries);
      expect([...new Set(await received())].toSorted()).toEqual(idsOf(entries).toSorted());
    });
  });

  it("takes the same batch again, as after a lost answer", async () => {
    await using(setUp, async ({ sink, received }) => {
      const entries = someEntries(3);
      await sink.connect(never());
      await sink.deliver(entries, never());
      expect(await sink.deliver(entries, never())).toEqual({ status: "delivered" });
      expect((await received()).toSorted()).toEqual(idsOf([...entries, ...entries]).toSorted());
    });
  });

  it("may be connected twice, and closed without a connection, and closed twice", async () => {
    await using(setUp, async ({ sink }) => {
      await sink.close();
      await sink.connect(never());
      await sink.connect(never());
      expect(await sink.deliver(someEntries(1), never())).toEqual({ status: "delivered" });
      await sink.close();
      await sink.close();
    });
  });

  it("answers `retry` to a signal that is aborted already", async () => {
    await using(setUp, async ({ sink, received }) => {
      await sink.connect(never());
      expect(await sink.deliver(someEntries(1), AbortSignal.abort())).toMatchObject({
        status: "retry",
      });
      expect(await received()).toEqual([]);
    });
  });
}

function answers(setUp: SetUp, name: FaultName): void {
  const { title, status } = FAULTS[name];
  it(`answers \`${status}\` to ${title}`, async () => {
    await using(setUp, async ({ sink, faults, mend }) => {
      await faults[name]?.();
      // A connection that fails is a `retry` of the forwarder's, which its runs show.
      const isConnected = await sink.connect(never()).then(
        () => true,
        () => false,
      );
      if (isConnected) checkOutcome(name, await sink.deliver(someEntries(3), deadline()));
      else expect(status).toBe("retry");
      await mend();
      await sink.connect(never());
      await deliverAtLast(sink, someEntries(3));
    });
  });
}

function checkOutcome(name: FaultName, delivery: Delivery): void {
  expect(delivery).toMatchObject({ status: FAULTS[name].status });
  if ("cause" in delivery) expect(delivery.cause).not.toBe("");
  if (name === "partialWithCount") expect(delivery).toMatchObject({ refusedCount: 1 });
  if (name === "throttledSeconds") expect(delivery).toMatchObject({ retryAfterMs: 7_000 });
  if (name === "throttledDate" && delivery.status === "retry") {
    expect(delivery.retryAfterMs).toBeGreaterThan(4_000);
    expect(delivery.retryAfterMs).toBeLessThanOrEqual(8_000);
  }
}

function aborts(setUp: SetUp): void {
  it("ends an attempt as `retry` when its signal is aborted under way", async () => {
    await using(setUp, async ({ sink, faults }) => {
      await sink.connect(never());
      await faults.noAnswer?.();
      const delivery = await sink.deliver(someEntries(1), AbortSignal.timeout(30));
      expect(delivery).toMatchObject({ status: "retry" });
    });
  });
}
