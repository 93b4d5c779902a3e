import type { Rows } from "./rows.ts";
import type { Keys } from "./tables.ts";

/** A table of JSON documents. What `get` and `scan` give must not be changed. */
export interface Documents<T> {
  get(key: string): T | null;
  put(key: string, document: T): void;
  remove(key: string): void;
  scan(prefix: string): readonly T[];
  /** Documents whose key is `from` or behind it, and before `to`; the first `max` of them. */
  range(from: string, to: string, max?: number): readonly T[];
  /** The last `max` of them, the last one first. */
  last(from: string, to: string, max: number): readonly T[];
  /** The first or the last document whose key is `from` or behind it, and before `to`; for keys that differ in digits alone. */
  edge(which: "first" | "last", from: string, to: string): T | null;
  /** Keys and documents of the whole table, in the order of their keys. */
  all(): readonly (readonly [string, T])[];
  /** Keys behind this one, a part of them. */
  keys(after: string, max: number): Keys;
}

/** Beyond these rows the oldest are taken away; named, since what hostile input can fill must have an end. */
export interface DocumentsOptions {
  readonly rows: Rows;
  readonly name: string;
  readonly rowsMax: number;
}

/** The table of this name, made where there is none. */
export function createDocuments<T>(options: DocumentsOptions): Documents<T> {
  const table = options.rows.table(options.name, options.rowsMax);
  return {
    get: (key) => {
      const value = table.get(key);
      return value === null ? null : (JSON.parse(value) as T);
    },
    put: (key, document) => table.put(key, JSON.stringify(document)),
    remove: (key) => table.remove(key),
    scan: (prefix) => table.scan(prefix).map(([, value]) => JSON.parse(value) as T),
    range: (from, to, max) => table.range(from, to, max).map(([, value]) => JSON.parse(value) as T),
    last: (from, to, max) => table.last(from, to, max).map(([, value]) => JSON.parse(value) as T),
    edge: (which, from, to) => {
      const row = table.edge(which, from, to);
      return row === null ? null : (JSON.parse(row[1]) as T);
    },
    keys: (after, max) => table.keys(after, max),
    all: () => table.scan("").map(([key, value]) => [key, JSON.parse(value) as T]),
  };
}
