import { expect, it } from "vitest";
import { createPlace } from "../../../src/forward/place.ts";
import type { Place } from "../../../src/forward/place.ts";
import { ORIGIN } from "../../../src/model/position.ts";
import type { JournalPosition } from "../../../src/model/position.ts";
import { createManualClock } from "../../contract/file-tail/manual-clock.ts";
import type { ManualClock } from "../../contract/file-tail/manual-clock.ts";
import { linesOfLog } from "../../support/disk-journal.ts";
import { createMemoryCursor } from "../../support/memory-journal.ts";
import type { MemoryCursor } from "../../support/memory-journal.ts";

const never: AbortSignal = new AbortController().signal;
const at = (sequence: number): JournalPosition => ({ ...ORIGIN, sequence });

interface Bench {
  readonly place: Place;
  readonly cursor: MemoryCursor;
  readonly clock: ManualClock;
  /** Warnings. */
  readonly said: readonly unknown[];
  /** Writes that were tried. */
  readonly tries: number;
  isBroken: boolean;
}

/** The cursor is written once a second at most, and a write that failed is tried again after five. */
function aPlace(): Bench {
  const memory = createMemoryCursor();
  const clock = createManualClock();
  let tries = 0;
  const cursor: MemoryCursor = Object.create(memory, {
    advance: {
      value: (to: JournalPosition) => {
        tries += 1;
        // A loop without a pause would never let the test say so.
        return bench.isBroken && tries < 100
          ? Promise.reject(new Error("no space"))
          : memory.advance(to);
      },
    },
  }) as MemoryCursor;
  const said: unknown[] = [];
  const log = { ...linesOfLog(), warn: (fields: unknown) => void said.push(fields) };
  const bench: Bench = {
    place: createPlace({ cursor, clock, log, cursorMsMin: 1_000, retryMs: 5_000 }),
    cursor,
    clock,
    said,
    get tries() {
      return tries;
    },
    isBroken: false,
  };
  return bench;
}

it("a place never moves back, whatever it is told", async () => {
  const { place, cursor } = aPlace();
  place.move(at(5));
  place.move(at(3));
  expect(place.settledTo.sequence).toBe(5);
  await place.close();
  expect(cursor.moves).toEqual([5]);
});

it("a cursor that cannot be written is tried again after its time, and no sooner where somebody waits", async () => {
  const bench = aPlace();
  bench.isBroken = true;
  bench.place.move(at(1));
  const reached = bench.place.reached(at(1), never);
  await expect.poll(() => bench.clock.sleepers).toBe(1);
  bench.clock.advance(4_999);
  expect([bench.tries, bench.clock.sleepers]).toEqual([1, 1]);
  bench.isBroken = false;
  bench.clock.advance(1);
  expect(await reached).toBe(true);
  expect(bench.tries).toBe(2);
});

it("a cursor that somebody waits for is written at once, also while its time is not over", async () => {
  const bench = aPlace();
  bench.place.move(at(1));
  await expect.poll(() => bench.cursor.moves).toEqual([1]);
  bench.place.move(at(2));
  await expect.poll(() => bench.clock.sleepers).toBe(1);
  expect(await bench.place.reached(at(2), never)).toBe(true);
  expect(bench.clock.monotonicMs()).toBe(0);
});

it("what somebody waits for is written at once when it is settled, and what comes before it in its own time", async () => {
  const bench = aPlace();
  const reached = bench.place.reached(at(3), never);
  bench.place.move(at(1));
  await expect.poll(() => bench.cursor.moves).toEqual([1]);
  bench.place.move(at(2));
  await expect.poll(() => bench.clock.sleepers).toBe(1);
  expect(bench.tries).toBe(1);
  bench.place.move(at(3));
  expect(await reached).toBe(true);
  expect(bench.cursor.moves).toEqual([1, 3]);
  expect(bench.clock.monotonicMs()).toBe(0);
});

it("however often something is settled, the cursor is written in its own time where nobody waits", async () => {
  const bench = aPlace();
  bench.place.move(at(1));
  await expect.poll(() => bench.cursor.moves).toEqual([1]);
  for (const sequence of [2, 3, 4]) {
    bench.place.move(at(sequence));
    await expect.poll(() => bench.clock.sleepers).toBe(1);
  }
  expect(bench.tries).toBe(1);
  bench.clock.advance(1_000);
  await expect.poll(() => bench.cursor.moves).toEqual([1, 4]);
});

it("a cursor that cannot be written is named, with the place that it should have and the cause", async () => {
  const bench = aPlace();
  bench.isBroken = true;
  bench.place.move(at(7));
  await bench.place.close();
  expect(bench.said).toEqual(
    bench.said.map(() => ({ cursor: bench.cursor.name, sequence: 7, cause: "no space" })),
  );
  expect(bench.said.length).toBeGreaterThan(0);
});

it("who stops waiting, or comes when it is over, is told that the cursor is not there", async () => {
  const bench = aPlace();
  const stop = new AbortController();
  const reached = bench.place.reached(at(1), stop.signal);
  stop.abort();
  expect(await reached).toBe(false);
  expect(await bench.place.reached(at(1), stop.signal)).toBe(false);
  await bench.place.close();
  expect(await bench.place.reached(at(1), never)).toBe(false);
});

it("a cursor that somebody waited for is written in its own time again afterwards", async () => {
  const bench = aPlace();
  const reached = bench.place.reached(at(1), never);
  bench.place.move(at(1));
  expect(await reached).toBe(true);
  bench.place.move(at(2));
  await expect.poll(() => bench.clock.sleepers).toBe(1);
  bench.clock.advance(999);
  expect(bench.tries).toBe(1);
  bench.clock.advance(1);
  await expect.poll(() => bench.cursor.moves).toEqual([1, 2]);
});

it("what is settled in the moment in which a write ends is written, too", async () => {
  const bench = aPlace();
  const moved = bench.place.reached(at(1), never).then(() => bench.place.move(at(2)));
  bench.place.move(at(1));
  await moved;
  await expect.poll(() => bench.clock.sleepers).toBe(1);
  bench.clock.advance(1_000);
  await expect.poll(() => bench.cursor.moves).toEqual([1, 2]);
});

it("what is settled is written at the end, without waiting for the time of the next write", async () => {
  const bench = aPlace();
  bench.place.move(at(1));
  await expect.poll(() => bench.cursor.moves).toEqual([1]);
  bench.place.move(at(2));
  await expect.poll(() => bench.clock.sleepers).toBe(1);
  await bench.place.close();
  expect(bench.cursor.moves).toEqual([1, 2]);
});

it("whoever waits at the end is told that the cursor did not get there", async () => {
  const bench = aPlace();
  bench.isBroken = true;
  bench.place.move(at(2));
  const reached = bench.place.reached(at(2), never);
  await bench.place.close();
  expect(await reached).toBe(false);
});

it.each([
  ["while its time is not over", 1],
  ["while one that failed waits to be tried again", 2],
])(
  "a cursor that cannot be written at the end, %s, is tried once more, and not twice",
  async (_when, moves) => {
    const bench = aPlace();
    bench.isBroken = moves === 2;
    bench.place.move(at(1));
    await expect.poll(() => bench.tries).toBe(1);
    bench.isBroken = true;
    bench.place.move(at(2));
    await expect.poll(() => bench.clock.sleepers).toBe(1);
    await bench.place.close();
    expect(bench.tries).toBe(2);
  },
);

it("what was settled while the last write was under way is written by one more at the end", async () => {
  const bench = aPlace();
  bench.place.move(at(1));
  bench.place.move(at(2));
  await bench.place.close();
  expect(bench.cursor.moves.at(-1)).toBe(2);
  expect(bench.tries).toBe(bench.cursor.moves.length);
});
