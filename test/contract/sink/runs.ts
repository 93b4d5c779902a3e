import { expect, it } from "vitest";
import type { ForwarderLimits } from "../../../src/forward/limits.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import { anEvent, someEntries } from "../../support/entries.ts";
import type { MemoryJournal } from "../../support/memory-journal.ts";
import { startSinkRun, type SinkRun } from "../../support/sink-run.ts";
import { FAULTS, using } from "./bench.ts";
import type { FaultName, SetUp, SinkBench } from "./bench.ts";

/** Waits of a run are as short as can be; an endpoint that asks for 7 seconds gets 5 milliseconds. */
const LIMITS: Partial<ForwarderLimits> = {
  attemptMsMax: 1_000,
  retryMsMin: 1,
  retryMsMax: 20,
  retryAfterMsMax: 5,
  probeMsMin: 5,
  probeMsMax: 20,
  cursorMsMin: 1,
  refusedInRowMax: 5,
  cleanMin: 4,
};

const POLL = { timeout: 15_000, interval: 5 };

function start(
  { sink }: SinkBench,
  options: { readonly count: number; readonly entriesMax?: number; readonly spoilt?: string },
): Promise<SinkRun> {
  const { count, entriesMax = 100, spoilt } = options;
  return startSinkRun(sink, {
    events: someEntries(count).map((entry) => entry.event()),
    entriesMax,
    limits: LIMITS,
    ...(spoilt === undefined ? {} : { spoil: (journal) => spoil(journal, spoilt) }),
  });
}

/** The journal with one event that nobody can decode. */
function spoil(journal: MemoryJournal, id: string): Journal {
  const broken = (): never => {
    throw new RangeError("Cannot decode the event");
  };
  return {
    ...journal,
    end: journal.end,
    read: async (after, limits, signal) =>
      (await journal.read(after, limits, signal)).map((entry) =>
        entry.id === id ? { ...entry, event: broken } : entry,
      ),
  };
}

function firsts(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}

/** The sink under a forwarder: whatever its destination does, every event is delivered or rests, and nothing moves before. */
export function sinkRuns(setUp: SetUp, has: readonly FaultName[]): void {
  for (const name of has) settlesAfter(setUp, name);
  if (has.includes("refused")) refusals(setUp);
  if (has.includes("tooLarge")) sizes(setUp);
  if (has.includes("partialWithCount")) suspects(setUp);
  chaos(setUp, has);

  it("puts an event to rest that cannot be encoded, and delivers its neighbours", async () => {
    await using(setUp, async (bench) => {
      const run = await start(bench, { count: 8, spoilt: "event-5" });
      await run.settled();
      expect((await run.resting()).map(({ eventId }) => eventId)).toEqual(["event-5"]);
      expect(firsts(await bench.received())).toEqual(run.ids.filter((id) => id !== "event-5"));
      await run.stop();
    });
  });
}

function settlesAfter(setUp: SetUp, name: FaultName): void {
  const { title, status } = FAULTS[name];
  const isWaiting = status === "retry" || status === "paused";
  const what = isWaiting ? "loses nothing and moves nothing while it meets" : "settles all after";
  it(`with a forwarder ${what} ${title}`, async () => {
    await using(setUp, async (bench) => {
      await bench.faults[name]?.();
      const run = await start(bench, { count: 6 });
      if (isWaiting) {
        await expect.poll(() => run.forwarder.state().lastError, POLL).not.toBeNull();
        expect(run.quarantine.count).toBe(0);
        await bench.mend();
      }
      await run.settled();
      const settled = [...(await bench.received()), ...(await run.resting()).map((r) => r.eventId)];
      expect(firsts(settled).toSorted()).toEqual(run.ids.toSorted());
      if (isWaiting || status === "delivered") expect(run.quarantine.count).toBe(0);
      if (isWaiting)
        expect(run.forwarder.state().lastError?.code).toBe(
          status === "paused" ? "ENDPOINT_PAUSED" : "ENDPOINT_UNREACHABLE",
        );
      await run.stop();
    });
  });
}

function refusals(setUp: SetUp): void {
  it("halves a refused batch down to the bad events, which rest with the destination's words", async () => {
    await using(setUp, async (bench) => {
      bench.rules.refuse?.(["event-3", "event-11"]);
      const run = await start(bench, { count: 13 });
      await run.settled();
      const resting = await run.resting();
      expect(resting.map(({ eventId, code }) => [eventId, code])).toEqual([
        ["event-3", "refused"],
        ["event-11", "refused"],
      ]);
      expect(resting.every(({ cause }) => cause !== "")).toBe(true);
      expect(await bench.received()).toEqual(
        run.ids.filter((id) => id !== "event-3" && id !== "event-11"),
      );
      await run.stop();
    });
  });

  it("pauses when it refuses everything, with no event put to rest for it", async () => {
    await using(setUp, async (bench) => {
      bench.rules.refuse?.(someEntries(20).map(({ id }) => id));
      const run = await start(bench, { count: 20 });
      await expect.poll(() => run.forwarder.state().lastError?.code, POLL).toBe("ENDPOINT_PAUSED");
      expect(run.quarantine.count).toBe(0);
      await bench.mend();
      await run.settled();
      expect(run.quarantine.count).toBe(0);
      expect(firsts(await bench.received())).toEqual(run.ids);
      await run.stop();
    });
  });
}

function sizes(setUp: SetUp): void {
  it("splits what is too large until it fits, and rests nothing", async () => {
    await using(setUp, async (bench) => {
      bench.rules.entriesMax?.(3);
      const run = await start(bench, { count: 17 });
      await run.settled();
      expect(run.quarantine.count).toBe(0);
      expect(firsts(await bench.received()).toSorted()).toEqual(run.ids.toSorted());
      await run.stop();
    });
  });

  it("puts a single event to rest that is too large by itself", async () => {
    await using(setUp, async (bench) => {
      bench.rules.tooLarge?.(["event-4"]);
      const run = await start(bench, { count: 9 });
      await run.settled();
      expect((await run.resting()).map(({ eventId, code }) => [eventId, code])).toEqual([
        ["event-4", "too-large"],
      ]);
      expect(firsts(await bench.received()).toSorted()).toEqual(
        run.ids.filter((id) => id !== "event-4").toSorted(),
      );
      await run.stop();
    });
  });
}

function suspects(setUp: SetUp): void {
  it("rests a request of which k events were refused as suspect, sends it once, and then single events", async () => {
    await using(setUp, async (bench) => {
      await bench.faults.partialWithCount?.();
      const run = await start(bench, { count: 12, entriesMax: 5 });
      await run.settled();
      const resting = await run.resting();
      expect(resting.map(({ eventId }) => eventId)).toEqual(run.ids.slice(0, 5));
      expect(new Set(resting.map(({ requestId }) => requestId)).size).toBe(1);
      expect(resting.every(({ code }) => code === "suspect")).toBe(true);
      expect(resting[0]?.cause).toMatch(/^suspect: 1 of 5: ./);
      expect((await bench.received()).filter((id) => !run.ids.slice(0, 5).includes(id))).toEqual(
        run.ids.slice(5),
      );
      await run.stop();
    });
  });
}

function chaos(setUp: SetUp, has: readonly FaultName[]): void {
  const passing = has.filter((name) => FAULTS[name].status === "retry");
  it(`keeps the journal's order through ${passing.length} kinds of passing faults`, async () => {
    await using(setUp, async (bench) => {
      const run = await start(bench, { count: 10, entriesMax: 4 });
      for (const name of passing) {
        await run.settled();
        const before = run.retries();
        await bench.faults[name]?.();
        run.journal.add(...Array.from({ length: 10 }, (_, n) => anEvent({ id: `${name}-${n}` })));
        await expect.poll(run.retries, POLL).toBeGreaterThan(before);
        await bench.mend();
      }
      await run.settled();
      expect(run.quarantine.count).toBe(0);
      expect(firsts(await bench.received())).toEqual(run.journal.entries.map(({ id }) => id));
      await run.stop();
    });
  });
}
