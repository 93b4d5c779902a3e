import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ChaperoneError, describeError } from "../../model/error.ts";
import { ORIGIN, type JournalPosition } from "../../model/position.ts";

/**
 * Keyed rows in SQLite with one commit, the journal's.
 *
 * A change is seen by every later read at once, but stays in memory, over the rows on disk, until the entries of the call that made
 * it are durable in the journal. Calls become durable in their order, so their changes are written in their order, in one
 * transaction with `appliedTo`: the file always is a state that lies at or before the journal's end, whatever traffic is under
 * way, and never has to wait for a pause in it. What was not written is folded again at the next start.
 *
 * Writing is put off until `CHANGES_MAX` changes or `WRITE_INTERVAL_MS` have come together. `durableTo` follows at WAL
 * checkpoints, which alone survive a power loss.
 */
export interface Rows {
  table(name: string, rowsMax: number): Table;
  /** Ends the changes of one call, which made so many journal entries. */
  endCall(entries: number): void;
  /** The oldest call that is not durable has become so, and the journal ends at least here. */
  commit(upTo: JournalPosition): void;
  /** Changes since the last `endCall` or `apply` come from this entry, which is in the journal already. */
  applied(position: JournalPosition): void;
  /** Writes all that may be written. */
  write(): void;
  readonly appliedTo: JournalPosition;
  readonly durableTo: JournalPosition;
}

export interface Table {
  get(key: string): string | null;
  put(key: string, value: string): void;
  remove(key: string): void;
  /** Keys and values whose key begins with the prefix, in the order of their keys. */
  scan(prefix: string): readonly (readonly [string, string])[];
}

interface Overlaid {
  readonly value: string | null;
  readonly call: number;
}

interface Change {
  readonly table: OpenTable;
  readonly key: string;
  readonly value: string | null;
  readonly call: number;
}

interface OpenTable {
  readonly name: string;
  readonly rowsMax: number;
  readonly overlay: Map<string, Overlaid>;
  readonly upsert: StatementSync;
  readonly drop: StatementSync;
  readonly count: StatementSync;
  readonly evict: StatementSync;
  /** At least the number of rows: an upsert of a known key counts again until the next count. */
  rowsAtMost: number;
}

interface Call {
  readonly entries: number;
  readonly changes: readonly Change[];
}

const CHANGES_MAX = 2_000;
const WRITE_INTERVAL_MS = 1_000;
const CHECKPOINT_INTERVAL_MS = 30_000;
/** Sorts after every key that begins with a prefix: the highest code point, in SQLite's order of UTF-8 bytes. */
const LAST = "\u{10FFFF}";

export function createRows(database: DatabaseSync, monotonicMs: () => number): Rows {
  database.exec("CREATE TABLE IF NOT EXISTS positions (name TEXT PRIMARY KEY, position TEXT)");
  const position = database.prepare("SELECT position FROM positions WHERE name = 'appliedTo'");
  const savePosition = database.prepare(
    "INSERT INTO positions VALUES ('appliedTo', ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position",
  );
  const checkpoint = database.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  const tables: OpenTable[] = [];
  const calls: Call[] = [];
  let current: Change[] = [];
  let call = 0;
  let ready: Change[] = [];
  let written = readPosition(position.get()?.["position"]);
  let appliedTo = written;
  let durableTo = written;
  let writtenAtMs = monotonicMs();
  let checkpointedAtMs = writtenAtMs;
  checkpointNow();

  function checkpointNow(): void {
    const result = guard(() => checkpoint.get());
    checkpointedAtMs = monotonicMs();
    const isComplete = result?.["busy"] === 0 && result["log"] === result["checkpointed"];
    if (isComplete) durableTo = written;
  }

  function writeIfDue(): void {
    const elapsedMs = monotonicMs() - writtenAtMs;
    if (ready.length >= CHANGES_MAX || elapsedMs >= WRITE_INTERVAL_MS) writeNow();
    if (monotonicMs() - checkpointedAtMs >= CHECKPOINT_INTERVAL_MS && durableTo !== written)
      checkpointNow();
  }

  function writeNow(): void {
    writtenAtMs = monotonicMs();
    if (ready.length === 0 && appliedTo === written) return;
    guard(() => {
      database.exec("BEGIN");
      for (const change of ready) writeChange(change);
      for (const table of tables) evictOldest(table);
      savePosition.run(JSON.stringify(appliedTo));
      database.exec("COMMIT");
    });
    for (const change of ready)
      if (change.table.overlay.get(change.key)?.call === change.call)
        change.table.overlay.delete(change.key);
    ready = [];
    written = appliedTo;
  }

  function change(table: OpenTable, key: string, value: string | null): void {
    table.overlay.set(key, { value, call });
    current.push({ table, key, value, call });
  }

  return {
    table: (name, rowsMax) => {
      const table = openTable(database, name, rowsMax);
      tables.push(table);
      return {
        ...reads(database, table),
        put: (key, value) => change(table, key, value),
        remove: (key) => change(table, key, null),
      };
    },
    endCall: (entries) => {
      calls.push({ entries, changes: current });
      current = [];
      call++;
    },
    commit: (upTo) => {
      const durable = calls.shift();
      if (durable === undefined) return;
      for (const made of durable.changes) ready.push(made);
      if (durable.entries > 0) appliedTo = advanced(appliedTo, upTo, durable.entries);
      writeIfDue();
    },
    applied: (at) => {
      for (const made of current) ready.push(made);
      current = [];
      call++;
      appliedTo = at;
      if (ready.length >= CHANGES_MAX) writeNow();
    },
    write: () => {
      writeNow();
      checkpointNow();
    },
    get appliedTo() {
      return written;
    },
    get durableTo() {
      return durableTo;
    },
  };
}

/** Where the ledger stands after a commit. A position that cannot be is a fault of the caller that would lose changes. */
function advanced(from: JournalPosition, to: JournalPosition, entries: number): JournalPosition {
  if (to.sequence >= from.sequence + entries) return to;
  throw new RangeError(
    `Cannot commit the ledger at ${to.sequence}: ${entries} entries follow ${from.sequence}`,
  );
}

function openTable(database: DatabaseSync, name: string, rowsMax: number): OpenTable {
  return guard(() => {
    database.exec(`CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL)`);
    const count = database.prepare(`SELECT count(*) AS rows FROM ${name}`);
    return {
      name,
      rowsMax,
      overlay: new Map<string, Overlaid>(),
      upsert: database.prepare(
        `INSERT INTO ${name} VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      ),
      drop: database.prepare(`DELETE FROM ${name} WHERE key = ?`),
      evict: database.prepare(
        `DELETE FROM ${name} WHERE rowid IN (SELECT rowid FROM ${name} ORDER BY rowid LIMIT ?)`,
      ),
      count,
      rowsAtMost: countRows(count),
    };
  });
}

function reads(database: DatabaseSync, table: OpenTable): Pick<Table, "get" | "scan"> {
  const select = database.prepare(`SELECT value FROM ${table.name} WHERE key = ?`);
  const range = database.prepare(
    `SELECT key, value FROM ${table.name} WHERE key >= ? AND key < ? ORDER BY key`,
  );
  return {
    get: (key) => {
      const overlaid = table.overlay.get(key);
      if (overlaid !== undefined) return overlaid.value;
      const row = guard(() => select.get(key));
      return row === undefined ? null : String(row["value"]);
    },
    scan: (prefix) => {
      const found = new Map<string, string>();
      for (const row of guard(() => range.all(prefix, prefix + LAST)))
        found.set(String(row["key"]), String(row["value"]));
      for (const [key, { value }] of table.overlay) {
        if (!key.startsWith(prefix)) continue;
        if (value === null) found.delete(key);
        else found.set(key, value);
      }
      return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
    },
  };
}

function writeChange({ table, key, value }: Change): void {
  if (value === null) {
    table.drop.run(key);
    return;
  }
  table.upsert.run(key, value);
  table.rowsAtMost++;
}

/** Takes the oldest rows away where there are more than the table may have. */
function evictOldest(table: OpenTable): void {
  if (table.rowsAtMost <= table.rowsMax) return;
  table.rowsAtMost = countRows(table.count);
  const excess = table.rowsAtMost - table.rowsMax;
  if (excess > 0) table.rowsAtMost -= Number(table.evict.run(excess).changes);
}

function countRows(count: StatementSync): number {
  return Number(count.get()?.["rows"]);
}

function readPosition(stored: unknown): JournalPosition {
  if (stored === undefined) return ORIGIN;
  const text = typeof stored === "string" ? stored : "";
  const value = guard((): unknown => JSON.parse(text));
  if (
    typeof value === "object" &&
    value !== null &&
    "partition" in value &&
    "sequence" in value &&
    "locator" in value &&
    typeof value.partition === "number" &&
    typeof value.sequence === "number" &&
    typeof value.locator === "string"
  )
    return { partition: value.partition, sequence: value.sequence, locator: value.locator };
  throw new ChaperoneError("LEDGER_UNREADABLE", `Cannot read ledger position "${text}"`);
}

/** A ledger that fails in the middle of work fails closed. */
function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ChaperoneError(
      "LEDGER_UNREADABLE",
      `Cannot use the ledger: ${describeError(error)}`,
      {
        cause: error,
      },
    );
  }
}
