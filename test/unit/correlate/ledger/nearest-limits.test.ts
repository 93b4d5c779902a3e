import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { createDocuments } from "../../../../src/correlate/ledger/documents.ts";
import {
  nearestOfEachClass,
  putNear,
  type NearRow,
} from "../../../../src/correlate/ledger/nearest.ts";
import { createRows } from "../../../../src/correlate/ledger/rows.ts";

const CALL = ["dana", "GET", "/api/v1/pods"] as const;
/** In the middle of a stretch of ten seconds. */
const AT = 1_790_000_005_000_000;

function nearestOf(records: readonly NearRow[]): readonly NearRow[] {
  const rows = createRows(new DatabaseSync(":memory:"), () => 0);
  const table = createDocuments<NearRow>({ rows, name: "near", rowsMax: 10_000 });
  for (const record of records) putNear(table, CALL, record);
  return nearestOfEachClass(table, CALL, { at: AT, skew: 4_000_000, tie: 1_000 });
}

/** Sorts as the number does. */
function numbered(n: number): string {
  return String(n).padStart(4, "0");
}

describe("M4 of the records of one call within ten seconds", () => {
  it.each([255, 256, 257])("256 classes are looked at, each for its nearest (%i)", (count) => {
    const found = nearestOf(
      Array.from({ length: 2 * count }, (_, n) => ({
        class: numbered(Math.floor(n / 2)),
        at: AT - 1_000_000 * (1 + (n % 2)),
        key: "",
      })),
    );
    expect(found.map((row) => row.class)).toEqual(
      Array.from({ length: Math.min(count, 256) }, (_, n) => numbered(n)),
    );
    expect(new Set(found.map(({ at }) => at))).toEqual(new Set([AT - 1_000_000]));
  });

  it.each([
    [63, "before"],
    [64, "before"],
    [65, "before"],
    [63, "after"],
    [64, "after"],
    [65, "after"],
  ] as const)(
    "of %i of one class that are equally near, %s, the nearest 64 count",
    (count, side) => {
      const sign = side === "before" ? -1 : 1;
      const tied = Array.from({ length: count }, (_, n) => ({
        class: "a",
        at: AT + sign * (1_000 + n),
        key: "",
      }));
      const distances = nearestOf(tied).map(({ at }) => Math.abs(at - AT) - 1_000);
      expect(distances.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: Math.min(count, 64) }, (_, n) => n),
      );
    },
  );
});
