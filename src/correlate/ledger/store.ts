import type { DatabaseSync } from "node:sqlite";
import { ChaperoneError } from "../../model/error.ts";
import { ORIGIN, type JournalPosition } from "../../model/position.ts";
import { guard, guardOrFull } from "./guard.ts";
import {
  evictOldest,
  openTable,
  writeChange,
  type Change,
  type OpenTable,
  type Value,
} from "./tables.ts";

/**
 * The file: takes what is durable in the journal, and writes it together with how far it has come. On a full disk it writes later:
 * the journal takes nothing more then, so that what waits here is bounded.
 */
export interface Store {
  open<V extends Value>(name: string, rowsMax: number): OpenTable<V>;
  /** Changes of entries up to this position, all of them durable in the journal. Writes when it is time. */
  take(changes: readonly Change[], upTo: JournalPosition): void;
  /** Nothing is under way: changes need not wait for more. */
  rest(): void;
  /** Writes all that was taken, and makes it survive a power loss. */
  write(): void;
  /** What was taken so far reaches up to here. */
  readonly takenTo: JournalPosition;
  /** The file says what the journal says up to here. */
  readonly writtenTo: JournalPosition;
  /** As far as a power loss would leave it. */
  readonly durableTo: JournalPosition;
}

/** Bounds of what is taken and not written: memory, and what a start has to fold again. */
const CHANGES_MAX = 8_000;
/** Of documents; bytes count as so many characters. */
const CHANGED_CHARACTERS_MAX = 4 * 1024 * 1024;
const WRITE_INTERVAL_MS = 1_000;
/** Bounds what a power loss may undo. A checkpoint syncs the file, which takes milliseconds. */
const CHECKPOINT_INTERVAL_MS = 30_000;

export function createStore(database: DatabaseSync, monotonicMs: () => number): Store {
  const position = openPosition(database);
  const checkpoint = database.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  const tables: OpenTable[] = [];
  let taken: Change[] = [];
  let takenCharacters = 0;
  let writtenTo = position.read();
  let takenTo = writtenTo;
  // What an earlier process wrote may not have reached the disk.
  let durableTo = ORIGIN;
  let writtenAtMs = monotonicMs();
  let checkpointedAtMs = writtenAtMs;
  checkpointNow();

  function checkpointNow(): void {
    checkpointedAtMs = monotonicMs();
    guardOrFull(() => {
      const result = checkpoint.get();
      const isComplete = result?.["busy"] === 0 && result["log"] === result["checkpointed"];
      if (isComplete) durableTo = writtenTo;
    });
  }

  function writeNow(): void {
    writtenAtMs = monotonicMs();
    if (taken.length === 0 && takenTo === writtenTo) return;
    if (!guardOrFull(writeTaken)) {
      guard(giveUp);
      return;
    }
    for (const { table, key, call } of taken)
      if (table.overlay.get(key)?.call === call) table.overlay.delete(key);
    taken = [];
    takenCharacters = 0;
    writtenTo = takenTo;
  }

  function writeTaken(): void {
    database.exec("BEGIN");
    for (const change of lastChanges(taken)) writeChange(change);
    for (const table of tables) evictOldest(table);
    position.save(takenTo);
    database.exec("COMMIT");
  }

  function giveUp(): void {
    if (database.isTransaction) database.exec("ROLLBACK");
    // What was counted on the way did not come to be.
    for (const table of tables) table.rowsAtMost = Infinity;
  }

  return {
    open: <V extends Value>(name: string, rowsMax: number) => {
      const table = openTable<V>(database, name, rowsMax);
      tables.push(table);
      return table;
    },
    take: (changes, upTo) => {
      for (const change of changes) {
        taken.push(change);
        takenCharacters += change.value?.length ?? 0;
      }
      takenTo = upTo;
      const now = monotonicMs();
      const isMuch = taken.length >= CHANGES_MAX || takenCharacters >= CHANGED_CHARACTERS_MAX;
      if (isMuch || now - writtenAtMs >= WRITE_INTERVAL_MS) writeNow();
      if (now - checkpointedAtMs >= CHECKPOINT_INTERVAL_MS && durableTo !== writtenTo)
        checkpointNow();
    },
    rest: () => {
      if (taken.length > 0) writeNow();
    },
    write: () => {
      writeNow();
      if (durableTo !== writtenTo) checkpointNow();
    },
    get takenTo() {
      return takenTo;
    },
    get writtenTo() {
      return writtenTo;
    },
    get durableTo() {
      return durableTo;
    },
  };
}

/** Of several changes of one row the last one, in the place of the first: the others need not be in the file. */
function lastChanges(changes: readonly Change[]): readonly Change[] {
  const places = new Map<OpenTable, Map<string, number>>();
  const last: Change[] = [];
  for (const change of changes) {
    const { table, key } = change;
    const ofTable = places.get(table) ?? new Map<string, number>();
    places.set(table, ofTable);
    const place = ofTable.get(key) ?? last.length;
    ofTable.set(key, place);
    last[place] = change;
  }
  return last;
}

/** How far the file has come, in the file. */
interface StoredPosition {
  read(): JournalPosition;
  save(position: JournalPosition): void;
}

function openPosition(database: DatabaseSync): StoredPosition {
  return guard(() => {
    database.exec("CREATE TABLE IF NOT EXISTS positions (name TEXT PRIMARY KEY, position TEXT)");
    const select = database.prepare("SELECT position FROM positions WHERE name = 'appliedTo'");
    const upsert = database.prepare(
      "INSERT INTO positions VALUES ('appliedTo', ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position",
    );
    return {
      read: () => readPosition(guard(() => select.get())?.["position"]),
      save: (position) => void upsert.run(JSON.stringify(position)),
    };
  });
}

/** The origin for a new file; anything that is no position fails closed. */
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
