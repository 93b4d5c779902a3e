import type { Documents } from "../../src/correlate/ledger/documents.ts";
import type { Ledger } from "../../src/correlate/ledger/ledger.ts";

type Table = Exclude<keyof Ledger, "commitment">;

/** Counts the documents that are read from now on, by table. */
export function countReads(ledger: Ledger): ReadonlyMap<Table, number> {
  const counts = new Map<Table, number>();
  for (const [name, table] of Object.entries(ledger)) {
    if (name === "commitment") continue;
    const count = <T>(rows: T, number: number): T => {
      const key = name as Table;
      counts.set(key, (counts.get(key) ?? 0) + number);
      return rows;
    };
    const documents = table as Documents<unknown>;
    const own = { ...documents };
    documents.get = (key) => count(own.get(key), 1);
    documents.scan = (prefix) => counted(own.scan(prefix));
    documents.range = (from, to, max) => counted(own.range(from, to, max));
    documents.last = (from, to, max) => counted(own.last(from, to, max));
    documents.edge = (which, from, to) => count(own.edge(which, from, to), 1);
    function counted(rows: readonly unknown[]): readonly unknown[] {
      return count(rows, rows.length);
    }
  }
  return counts;
}

/** Of these tables, or of all. */
export function readsOf(counts: ReadonlyMap<Table, number>, ...tables: readonly Table[]): number {
  const names = tables.length > 0 ? tables : [...counts.keys()];
  return names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
}
