import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createRows } from "../../../../src/correlate/ledger/rows.ts";

const KEY = fc.integer({ min: 10, max: 29 }).map(String);
/** Rarely written, so that there is more in memory than is asked for. */
const CHANGE = fc.record({
  key: KEY,
  isPut: fc.boolean(),
  isWritten: fc.nat(9).map((n) => n === 0),
});
const CHANGES = fc.array(CHANGE, { maxLength: 60, size: "max" });

test("some rows of a table are read from either end, whether they are in the file yet or not", () => {
  fc.assert(
    fc.property(CHANGES, KEY, KEY, fc.nat({ max: 6 }), (changes, from, to, max) => {
      const rows = createRows(new DatabaseSync(":memory:"), () => 0);
      const table = rows.table("grants", 100);
      const model = new Map<string, string>();
      for (const [number, { key, isPut, isWritten }] of changes.entries()) {
        if (isPut) {
          table.put(key, String(number));
          model.set(key, String(number));
        } else {
          table.remove(key);
          model.delete(key);
        }
        if (!isWritten) continue;
        rows.endCall(1);
        rows.commit({ partition: 0, sequence: number + 1, locator: "" });
      }
      const all = [...model]
        .filter(([key]) => key >= from && key < to)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      expect(table.range(from, to, max)).toEqual(all.slice(0, max));
      expect(table.last(from, to, max)).toEqual(all.toReversed().slice(0, max));
      expect(table.edge("first", from, to)).toEqual(all[0] ?? null);
      expect(table.edge("last", from, to)).toEqual(all.at(-1) ?? null);
    }),
    { numRuns: 300 },
  );
});
