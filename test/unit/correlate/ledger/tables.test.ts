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

test("all keys of a table can be had in parts, also those that are not in the file yet", () => {
  fc.assert(
    fc.property(CHANGES, fc.integer({ min: 1, max: 7 }), (changes, max) => {
      const rows = createRows(new DatabaseSync(":memory:"), () => 0);
      const table = rows.table("grants", 100);
      const present = new Set<string>();
      const ever = new Set<string>();
      for (const [number, { key, isPut, isWritten }] of changes.entries()) {
        if (isPut) table.put(key, "x");
        else table.remove(key);
        if (isPut) present.add(key);
        else present.delete(key);
        ever.add(key);
        if (!isWritten) continue;
        rows.endCall(1);
        rows.commit({ partition: 0, sequence: number + 1, locator: "" });
      }
      const found = new Set<string>();
      for (let after = "", parts = 0; ; parts += 1) {
        const { keys, isEnd } = table.keys(after, max);
        for (const key of keys) found.add(key);
        if (isEnd) break;
        expect(keys).toHaveLength(max);
        after = keys.at(-1) ?? "";
        expect(parts).toBeLessThan(30);
      }
      expect([...present].filter((key) => !found.has(key))).toEqual([]);
      expect([...found].filter((key) => !ever.has(key))).toEqual([]);
      expect(table.keys("", Infinity).isEnd).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("all keys at once are those of the file and those that are not in it yet, without what was put and removed since", () => {
  const rows = createRows(new DatabaseSync(":memory:"), () => 0);
  const table = rows.table("grants", 100);
  for (const key of ["a", "b"]) table.put(key, "x");
  rows.applied({ partition: 0, sequence: 1, locator: "" });
  rows.write();
  table.put("c", "x");
  table.put("d", "x");
  table.remove("d");
  expect(table.keys("", Infinity)).toEqual({ keys: ["a", "b", "c"], isEnd: true });
});

test("a table that an earlier process filled lets its oldest row go for the next one", () => {
  const database = new DatabaseSync(":memory:");
  const fill = (from: number, to: number): readonly string[] => {
    const rows = createRows(database, () => 0);
    const table = rows.table("grants", 3);
    for (let key = from; key <= to; key += 1) table.put(`k${key}`, "x");
    rows.applied({ partition: 0, sequence: to, locator: "" });
    rows.write();
    return table.scan("").map(([key]) => key);
  };
  expect(fill(1, 3)).toEqual(["k1", "k2", "k3"]);
  expect(fill(4, 4)).toEqual(["k2", "k3", "k4"]);
  expect(fill(5, 6)).toEqual(["k4", "k5", "k6"]);
});
