import { DatabaseSync } from "node:sqlite";
import { ChaperoneError, describeError } from "../model/error.ts";

/** Version of the ledger's tables, kept in SQLite's `user_version`. */
const LEDGER_SCHEMA_VERSION = 2;

/** Pages that are kept in memory: the rows of a vendor's busy day are spread over the file. */
const CACHE_KIB = 8 * 1024;
/** Pages in the log after which SQLite copies them to the file, which it syncs: some batches of changes, and not each. */
const WAL_PAGES = 8_192;
/** How long to wait for another process that looks into the ledger at the same time. */
const BUSY_TIMEOUT_MS = 5_000;

export type OpenDatabase = (path: string) => DatabaseSync;

/**
 * Opens the ledger's SQLite file, creating it where there is none. WAL with normal sync: a commit survives the end of the process,
 * and a power loss once a checkpoint has followed it; the journal repairs what is in between.
 *
 * @throws ChaperoneError LEDGER_UNREADABLE for a file that is damaged, of another version, or no ledger at all. It is never
 * treated as empty.
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    database.exec(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
    checkVersion(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof ChaperoneError) throw error;
    throw unreadable(path, describeError(error), error);
  }
}

/** A lock had one beginning and one end. */
const LOCKS_FROM_VERSION_1 = `
  CREATE TABLE IF NOT EXISTS locks (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  UPDATE locks SET value = (
    SELECT json_object('name', locks.value ->> 'name', 'changes', json_group_array(json(change)))
    FROM (
      SELECT change FROM (
        SELECT locks.value ->> 'createdAt' AS at, json_object(
          'at', locks.value ->> 'createdAt', 'eventId', '', 'isDeleted', json('false'),
          'expires', locks.value ->> 'expires', 'target', json(locks.value -> 'target')
        ) AS change
        UNION ALL
        SELECT locks.value ->> 'deletedAt', json_object(
          'at', locks.value ->> 'deletedAt', 'eventId', '', 'isDeleted', json('true'),
          'expires', NULL, 'target', json('{"user":null,"role":null,"accessRequest":null}')
        )
      ) WHERE at IS NOT NULL ORDER BY at
    )
  );
`;

/**
 * Version 1 had the ids of findings alone, and verdicts by request. A finding of before that gets more evidence is said once more, under
 * the id that it had.
 */
const FROM_VERSION_1 = `
  BEGIN;
  DROP TABLE IF EXISTS findings;
  DROP TABLE IF EXISTS responses;
  ${LOCKS_FROM_VERSION_1}
  PRAGMA user_version = 2;
  COMMIT;
`;

function checkVersion(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  const tables = Number(
    database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"],
  );
  if (version === 0 && tables === 0) {
    database.exec(`PRAGMA user_version = ${LEDGER_SCHEMA_VERSION}`);
    return;
  }
  if (version === LEDGER_SCHEMA_VERSION) return;
  if (version === 1) {
    database.exec(FROM_VERSION_1);
    return;
  }
  throw unreadable(
    path,
    `its version is ${version}, this program reads ${LEDGER_SCHEMA_VERSION}`,
    undefined,
  );
}

function unreadable(path: string, why: string, cause: unknown): ChaperoneError {
  return new ChaperoneError("LEDGER_UNREADABLE", `Cannot open ledger "${path}": ${why}`, {
    cause,
    hint: "Move the file and its -wal and -shm neighbours away: while the journal still has its first entry, the ledger is made again from it",
  });
}
