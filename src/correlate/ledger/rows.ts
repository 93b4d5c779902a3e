import type { DatabaseSync } from "node:sqlite";
import type { JournalPosition } from "../../model/position.ts";
import { createReading } from "./reading.ts";
import { createStore } from "./store.ts";
import { reads, type Change, type OpenTable, type TableReads, type Value } from "./tables.ts";

/**
 * Keyed rows in SQLite with one commit, the journal's.
 *
 * A change is seen by every later read at once, but stays in memory, over the rows on disk, until the entries of the call that made
 * it are durable in the journal. Calls become durable in their order, so their changes are written in their order, in one
 * transaction with `appliedTo`: the file always is a state that lies at or before the journal's end, whatever traffic is under
 * way, and never has to wait for a pause in it. What was not written is folded again at the next start.
 *
 * While traffic goes on, writing is put off until `CHANGES_MAX` changes or `WRITE_INTERVAL_MS` have come together; when it rests, what
 * changed is written at once, so that who looks into the file sees it. `durableTo` follows at WAL checkpoints, which alone survive a
 * power loss.
 */
export interface Rows {
  table(name: string, rowsMax: number): Table;
  /** A table of bytes. What is put must not change any more. */
  blobs(name: string, rowsMax: number): Blobs;
  /** A call's work; its reads see the file as it is at the first of them, which nobody else writes to. */
  reading<T>(work: () => T): T;
  /** Ends the changes of one call, which made so many journal entries. */
  endCall(entries: number): void;
  /**
   * The oldest call that was not durable has become so, and its last entry is at this position. One commit for every call; one more, which
   * no call came before, ends what was folded at a start and makes it survive a power loss.
   */
  commit(upTo: JournalPosition): void;
  /** The changes since the last call come from this entry, which is in the journal already. */
  applied(position: JournalPosition): void;
  /** Writes all that may be written. */
  write(): void;
  readonly appliedTo: JournalPosition;
  readonly durableTo: JournalPosition;
}

/** A table whose changes belong to the call that is under way. */
export interface Table<V extends Value = string> extends TableReads<V> {
  put(key: string, value: V): void;
  remove(key: string): void;
}

/** Bytes by key. */
export type Blobs = Pick<Table<Uint8Array>, "get" | "put" | "remove">;

/** One call of the correlator, and what it changed. */
interface Call {
  readonly entries: number;
  readonly changes: readonly Change[];
}

/** Rows of a database that the caller opened and closes. */
export function createRows(database: DatabaseSync, monotonicMs: () => number): Rows {
  const store = createStore(database, monotonicMs);
  const reading = createReading(database);
  /** Calls whose entries are not durable yet, oldest first: no more than the journal has appends under way. */
  const calls: Call[] = [];
  let changes: Change[] = [];
  let call = 0;

  function change<V extends Value>(table: OpenTable<V>, key: string, value: V | null): void {
    const known = table.overlay.get(key);
    if (known?.call === call) {
      // A call that changes a row very often keeps its last value alone.
      known.value = value;
      return;
    }
    const made = { table, key, value, call };
    table.overlay.set(key, made);
    changes.push(made);
  }

  function openTable<V extends Value>(name: string, rowsMax: number): Table<V> {
    const table = store.open<V>(name, rowsMax);
    return {
      ...reads(database, table, reading),
      put: (key, value) => change(table, key, value),
      remove: (key) => change(table, key, null),
    };
  }

  function takeChanges(): readonly Change[] {
    const taken = changes;
    changes = [];
    call++;
    return taken;
  }

  return {
    table: openTable<string>,
    blobs: openTable<Uint8Array>,
    reading: (work) => reading.during(work),
    endCall: (entries) => {
      calls.push({ entries, changes: takeChanges() });
    },
    commit: (upTo) => {
      const durable = calls.shift();
      if (durable === undefined) {
        store.take(takeChanges(), advanced(store.takenTo, upTo, 0));
        store.write();
        return;
      }
      const { entries } = durable;
      // The position of an append without entries is wherever the journal ends by then.
      const to = entries === 0 ? store.takenTo : advanced(store.takenTo, upTo, entries);
      store.take(durable.changes, to);
      if (calls.length === 0) store.rest();
    },
    applied: (position) => store.take(takeChanges(), position),
    write: () => store.write(),
    get appliedTo() {
      return store.writtenTo;
    },
    get durableTo() {
      return store.durableTo;
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
