import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Interval,
  intervalsAt,
  moveInterval,
} from "../../../../src/correlate/ledger/intervals.ts";
import { createLedger, type Ledger } from "../../../../src/correlate/ledger/ledger.ts";
import { countReads, readsOf } from "../../../support/ledger-reads.ts";

const TIME = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 1_790_000_000_000_000, max: 1_790_000_000_000_040 }),
  fc.integer({ min: 1_000_000_000_000_000, max: 2_600_000_000_000_000 }),
);
const CHANGE = fc.record({
  id: fc.constantFrom("a", "b", "c", "d", "e"),
  owner: fc.constantFrom("dana", "eve"),
  from: TIME,
  to: fc.option(TIME, { nil: null }),
});

function emptyLedger(): Ledger {
  return createLedger(new DatabaseSync(":memory:"), () => 0);
}

describe("intervals", () => {
  it("are found by every time in them, both ends included, and by no other, however they are moved", () => {
    fc.assert(
      fc.property(fc.array(CHANGE, { maxLength: 20 }), TIME, (changes, time) => {
        const { sessionsByTime } = emptyLedger();
        const known = new Map<string, Interval>();
        for (const { owner, ...after } of changes) {
          const key = `${owner} ${after.id}`;
          moveInterval(sessionsByTime, owner, { before: known.get(key) ?? null, after });
          known.set(key, after);
        }
        const ends = [...known.values()].flatMap(({ from, to }) => [from, to ?? from]);
        for (const at of [time, ...ends, ...ends.map((end) => end + 1)])
          for (const owner of ["dana", "eve"])
            expect(intervalsAt(sessionsByTime, owner, at).toSorted()).toEqual(
              [...known]
                .filter(([key, { from, to }]) => key.startsWith(owner) && isIn(at, from, to))
                .map(([, { id }]) => id)
                .toSorted(),
            );
      }),
    );
  });

  it.each([
    ["their end is put off", { from: 1_000, to: 1_600 }],
    ["their beginning is put off", { from: 1_010, to: 1_500 }],
    ["nothing of them changes", { from: 1_000, to: 1_500 }],
  ])("are found by every time in them where %s", (_what, moved) => {
    const { sessionsByTime } = emptyLedger();
    const before = { id: "s", from: 1_000, to: 1_500 };
    const after = { id: "s", ...moved };
    moveInterval(sessionsByTime, "dana", { before: null, after: before });
    moveInterval(sessionsByTime, "dana", { before, after });
    for (const at of [999, 1_000, 1_010, 1_024, 1_500, 1_501, 1_600, 1_601])
      expect(intervalsAt(sessionsByTime, "dana", at), `at ${at}`).toEqual(
        isIn(at, moved.from, moved.to) ? ["s"] : [],
      );
  });

  it("cost what is found, and not what is over or still to come", () => {
    const ledger = emptyLedger();
    for (let i = 0; i < 2_000; i++) {
      const from = 1_790_000_000_000_000 + i * 1_000_000;
      const after = { id: String(i), from, to: from + 1_500_000 };
      moveInterval(ledger.sessionsByTime, "dana", { before: null, after });
    }
    const reads = countReads(ledger);
    expect(intervalsAt(ledger.sessionsByTime, "dana", 1_790_001_000_200_000)).toHaveLength(2);
    expect(readsOf(reads)).toBe(2);
  });
});

function isIn(at: number, from: number, to: number | null): boolean {
  return from <= at && (to === null || at <= to);
}
