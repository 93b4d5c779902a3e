import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { guard } from "./guard.ts";
import { BEHIND } from "./key.ts";
import { createOverlay, type Overlaid, type Overlay } from "./overlay.ts";
import type { Reading } from "./reading.ts";

/** What a row holds: a JSON document, or bytes as they are. A table has rows of one kind. */
export type Value = string | Uint8Array;

/** One table of the file, with what was changed and is not in the file yet. */
export interface OpenTable<V extends Value = Value> {
  readonly name: string;
  /** Beyond these the oldest rows are taken away. */
  readonly rowsMax: number;
  readonly overlay: Overlay<V>;
  readonly upsert: StatementSync;
  readonly drop: StatementSync;
  readonly count: StatementSync;
  readonly evict: StatementSync;
  /** At least the number of rows: an upsert of a known key counts again until the next count. */
  rowsAtMost: number;
}

/** One row that has a new value, or none; as it lies over the table. */
export interface Change extends Overlaid<Value> {
  readonly table: OpenTable;
  readonly key: string;
}

type FileRow = ReturnType<StatementSync["all"]>[number];
type Row<V> = readonly [key: string, value: V];

/** Reads see the changes that are not in the file yet. */
export interface TableReads<V extends Value = string> {
  get(key: string): V | null;
  /** Keys and values whose key begins with the prefix, in the order of their keys. */
  scan(prefix: string): readonly Row<V>[];
  /** The same for keys from `from` on and below `to`, which begin alike and differ in digits; the first `max` of them. */
  range(from: string, to: string, max?: number): readonly Row<V>[];
  /** The same from the end: the last `max` of them, the last one first. */
  last(from: string, to: string, max: number): readonly Row<V>[];
  /** The first or the last row from `from` on and before `to`; null where there is none. For keys that begin alike and differ in digits. */
  edge(which: "first" | "last", from: string, to: string): Row<V> | null;
  /** At most `max` of the keys in the file that are behind `after`, in their order; with the last of them all that are not in it yet. */
  keys(after: string, max: number): Keys;
}

/** Keys alone. Some may come twice, and some whose row was removed a moment ago. */
export interface Keys {
  readonly keys: readonly string[];
  /** Nothing follows. */
  readonly isEnd: boolean;
}

/** A full table lets go of this part of its rows at once. */
const EVICTED_SHARE = 32;

/** Of SQLite's LIMIT. */
const NO_LIMIT = -1;

/** Makes the table where there is none. The name is ours, never input. */
export function openTable<V extends Value>(
  database: DatabaseSync,
  name: string,
  rowsMax: number,
): OpenTable<V> {
  return guard(() => {
    database.exec(`CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL)`);
    const count = database.prepare(`SELECT count(*) AS rows FROM ${name}`);
    return {
      name,
      rowsMax,
      overlay: createOverlay(),
      upsert: database.prepare(
        `INSERT INTO ${name} VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      ),
      drop: database.prepare(`DELETE FROM ${name} WHERE key = ?`),
      evict: database.prepare(
        `DELETE FROM ${name} WHERE rowid IN (SELECT rowid FROM ${name} ORDER BY rowid LIMIT ?)`,
      ),
      count,
      rowsAtMost: rowsAtMost(database, name),
    };
  });
}

/** Nothing of the table is in the file, which need not be asked then. */
function isEmpty({ rowsAtMost }: Pick<OpenTable, "rowsAtMost">): boolean {
  return rowsAtMost === 0;
}

/** Reads that see what is not in the file yet. */
export function reads<V extends Value>(
  database: DatabaseSync,
  table: OpenTable<V>,
  reading: Pick<Reading, "enter">,
): TableReads<V> {
  const select = database.prepare(`SELECT value FROM ${table.name} WHERE key = ?`);
  const rows = `SELECT key, value FROM ${table.name} WHERE key >= ? AND key < ? ORDER BY key`;
  const statements = {
    first: database.prepare(`${rows} LIMIT ?`),
    last: database.prepare(`${rows} DESC LIMIT ?`),
  };
  function inFile(statement: StatementSync, ...given: SQLInputValue[]): readonly FileRow[] {
    if (isEmpty(table)) return [];
    reading.enter();
    return guard(() => statement.all(...given));
  }

  /** The overlay is asked by `isIn`: code units do not sort as SQLite's bytes do, but what is in stands together in either order. */
  function between(
    from: string,
    to: string,
    isIn: (key: string) => boolean,
    {
      which = "first",
      max = Infinity,
    }: { which?: "first" | "last"; max?: number | undefined } = {},
  ): readonly Row<V>[] {
    const overlaid: Row<V | null>[] = [];
    let removed = 0;
    for (const [key, { value }] of which === "first"
      ? table.overlay.from(from)
      : table.overlay.below(to)) {
      if (!isIn(key) || overlaid.length - removed === max) break;
      overlaid.push([key, value]);
      if (value === null) removed++;
    }
    const limit = max === Infinity ? NO_LIMIT : max + removed;
    const found = new Map<string, V>();
    for (const row of inFile(statements[which], from, to, limit))
      found.set(String(row["key"]), row["value"] as V);
    for (const [key, value] of overlaid)
      if (value === null) found.delete(key);
      else found.set(key, value);
    const all = [...found].sort(([a], [b]) => (a < b === (which === "first") ? -1 : 1));
    return max === Infinity ? all : all.slice(0, max);
  }
  return {
    get: (key) => {
      const overlaid = table.overlay.get(key);
      if (overlaid !== undefined) return overlaid.value;
      if (isEmpty(table)) return null;
      reading.enter();
      const row = guard(() => select.get(key));
      return row === undefined ? null : (row["value"] as V);
    },
    scan: (prefix) => between(prefix, prefix + BEHIND, (key) => key.startsWith(prefix)),
    range: (from, to, max) => between(from, to, (key) => key >= from && key < to, { max }),
    last: (from, to, max) =>
      between(from, to, (key) => key >= from && key < to, { which: "last", max }),
    edge: createEdge(database, table, reading),
    keys: createKeys(database, table),
  };
}

function createKeys<V extends Value>(
  database: DatabaseSync,
  { name, overlay }: OpenTable<V>,
): TableReads<V>["keys"] {
  const select = database.prepare(`SELECT key FROM ${name} WHERE key > ? ORDER BY key LIMIT ?`);
  return (after, max) => {
    const rows = guard(() => select.all(after, max === Infinity ? NO_LIMIT : max));
    const keys = rows.map((row) => String(row["key"]));
    if (rows.length === max) return { keys, isEnd: false };
    for (const [key, { value }] of overlay.from("")) if (value !== null) keys.push(key);
    return { keys, isEnd: true };
  };
}

function createEdge<V extends Value>(
  database: DatabaseSync,
  table: OpenTable<V>,
  reading: Pick<Reading, "enter">,
): TableReads<V>["edge"] {
  const { name, overlay } = table;
  const rows = `SELECT key, value FROM ${name} WHERE key >= ? AND key < ? ORDER BY key`;
  const statements = { first: database.prepare(rows), last: database.prepare(`${rows} DESC`) };
  return (which, from, to) => {
    const isNearer = (a: string, b: string): boolean => (which === "first" ? a < b : a > b);
    let found: Row<V> | null = null;
    for (const [key, { value }] of which === "first" ? overlay.from(from) : overlay.below(to)) {
      if (key < from || key >= to) break;
      if (value === null) continue;
      found = [key, value];
      break;
    }
    if (isEmpty(table)) return found;
    reading.enter();
    return guard(() => {
      for (const row of statements[which].iterate(from, to)) {
        const key = String(row["key"]);
        if (found !== null && isNearer(found[0], key)) return found;
        // What is overlaid is another value, or none.
        if (!overlay.has(key)) return [key, row["value"] as V];
      }
      return found;
    });
  };
}

/** Within the transaction of the store. */
export function writeChange({ table, key, value }: Change): void {
  if (value === null) {
    table.drop.run(key);
    return;
  }
  table.upsert.run(key, value);
  table.rowsAtMost++;
}

/** Takes the oldest rows away where there are more than the table may have. */
export function evictOldest(table: OpenTable): void {
  if (table.rowsAtMost <= table.rowsMax) return;
  table.rowsAtMost = countRows(table.count);
  const excess = table.rowsAtMost - table.rowsMax;
  if (excess <= 0) return;
  // Counting reads the whole table: a full one makes room for more than it has to.
  const room = Math.floor(table.rowsMax / EVICTED_SHARE);
  table.rowsAtMost -= Number(table.evict.run(excess + room).changes);
}

/**
 * Counting reads the whole table, which a start has no time for; rows are only ever added at the end. Asked for one by one: SQLite
 * finds either edge at once, and reads everything for both.
 */
function rowsAtMost(database: DatabaseSync, name: string): number {
  const edge = (which: "min" | "max"): string => `(SELECT ${which}(rowid) FROM ${name})`;
  const span = `coalesce(${edge("max")} - ${edge("min")} + 1, 0)`;
  return Number(database.prepare(`SELECT ${span} AS rows`).get()?.["rows"]);
}

function countRows(count: StatementSync): number {
  return Number(count.get()?.["rows"]);
}
