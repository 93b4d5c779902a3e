import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDocuments, type Documents } from "../../../../src/correlate/ledger/documents.ts";
import { createLedger } from "../../../../src/correlate/ledger/ledger.ts";
import {
  type NearRow,
  nearestOfEachClass,
  putNear,
  reachOf,
  removeNear,
} from "../../../../src/correlate/ledger/nearest.ts";
import { createRows } from "../../../../src/correlate/ledger/rows.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { countReads, readsOf } from "../../../support/ledger-reads.ts";

const CALL = ["dana", "GET", "/api/v1/pods"] as const;
const OTHER = ["dana", "GET", "/api/v1/secrets"] as const;
const LIMITS = { skew: 50, tie: 2 };

/** Around the border of two stretches. */
const time = fc.integer({ min: 1_790_000_010_000_000 - 80, max: 1_790_000_010_000_000 + 80 });
const row: fc.Arbitrary<NearRow> = fc.record({
  class: fc.constantFrom("a", "b", "c"),
  at: time,
  key: fc.constantFrom("1", "2", "3", "4"),
});

function emptyTable(): Documents<NearRow> {
  const rows = createRows(new DatabaseSync(":memory:"), () => 0);
  return createDocuments({ rows, name: "near", rowsMax: 1_000 });
}

/** As `nearestOfEachClass` says it, by looking at every row. */
function nearestOf(rows: readonly NearRow[], at: number): readonly NearRow[] {
  return rows.filter(({ class: name, at: own }) => {
    const ofClass = rows.filter((other) => other.class === name);
    const least = Math.min(...ofClass.map((other) => Math.abs(other.at - at)));
    const distance = Math.abs(own - at);
    return distance <= LIMITS.skew && distance <= least + LIMITS.tie;
  });
}

function sorted(rows: readonly NearRow[]): readonly string[] {
  return rows.map((one) => JSON.stringify([one.class, one.at, one.key])).toSorted();
}

describe("M4 the nearest records of each class", () => {
  it("are those that looking at all of them finds", () => {
    fc.assert(
      fc.property(fc.array(row), fc.array(row), time, (put, removed, at) => {
        const table = emptyTable();
        for (const one of put) putNear(table, CALL, one);
        for (const one of [...put, ...removed]) putNear(table, OTHER, { ...one, key: "other" });
        for (const one of removed) removeNear(table, CALL, one);
        const gone = new Set(sorted(removed));
        const left = new Map(put.map((one) => [sorted([one])[0] ?? "", one]));
        const rows = [...left].filter(([key]) => !gone.has(key)).map(([, one]) => one);
        const found = nearestOfEachClass(table, CALL, { at, ...LIMITS });
        expect(sorted(found)).toEqual(sorted(nearestOf(rows, at)));
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it("are the same without a record beyond the times that it reaches", () => {
    fc.assert(
      fc.property(fc.array(row), row, time, (others, one, at) => {
        const table = emptyTable();
        for (const each of [...others, one]) putNear(table, CALL, each);
        const { from, to } = reachOf(table, CALL, one, LIMITS);
        const isReached = at >= from && at <= to;
        const isNearest = nearestOf([...others, one], at).some(
          (each) => each.at === one.at && each.class === one.class,
        );
        expect(isReached || !isNearest).toBe(true);
        expect([from >= one.at - LIMITS.skew, to <= one.at + LIMITS.skew]).toEqual([true, true]);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it("cost what is found, however many there are of each class", () => {
    const ledger = createLedger(new DatabaseSync(":memory:"), () => 0);
    const table = ledger.proxiedByClass;
    for (let i = 0; i < 3_000; i++)
      putNear(table, CALL, { class: "abc"[i % 3] ?? "", at: 1_790_000_000_000_000 + i, key: "1" });
    const reads = countReads(ledger);
    const around = { at: 1_790_000_000_001_500, skew: 5_000_000, tie: 2 };
    expect(nearestOfEachClass(table, CALL, around)).toHaveLength(5);
    expect(readsOf(reads)).toBeLessThan(30);
  });
});
