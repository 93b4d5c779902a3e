import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ChaperoneError, systemCode } from "../model/error.ts";

/** The name under which the lock stands in the data directory, and the file that says whose it is. */
const LOCK_FILE = "chaperone.lock";
const PID_FILE = "chaperone.pid";
const SQLITE_BUSY = 5;

/** Whoever only looks has it for a moment. */
const WAIT_MS = 500;

/** Referenced from here, since a database that is garbage lets go of its lock. */
const held = new Set<DatabaseSync>();

export interface FolderLock {
  release(): void;
}

export type LockFolder = (folder: string) => FolderLock;

/**
 * Takes the one lock of a data directory, which must be there; throws DATA_DIR_LOCKED where another process, or this one, has it.
 *
 * The lock is the one that SQLite holds on its file, which is the operating system's: it ends with the process, however that
 * ends, so that no stale lock is ever left, and a process that got a dead one's number is never taken for it. The number in the
 * other file is for the message alone.
 */
export function lockFolder(folder: string): FolderLock {
  const database = new DatabaseSync(join(folder, LOCK_FILE), { timeout: WAIT_MS });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new ChaperoneError(
      "DATA_DIR_LOCKED",
      `Cannot use data directory "${folder}": ${holder(folder)} is using it`,
      { cause: error, hint: "Stop that process, or give this one a dataDir of its own." },
    );
  }
  writeFileSync(join(folder, PID_FILE), `${process.pid}\n`, { mode: 0o600 });
  held.add(database);
  return {
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

function holder(folder: string): string {
  const pid = lastHolder(folder);
  return pid === null ? "another process" : `process ${pid}`;
}

/** Number of the process that last took the lock, whether it still has it or not; null where nobody ever did. */
export function lastHolder(folder: string): number | null {
  try {
    const pid = Number(readFileSync(join(folder, PID_FILE), "utf8").trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** Whether a process of this number runs, whosever it is. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
