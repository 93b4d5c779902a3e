import { DatabaseSync } from "node:sqlite";
import type { Disk } from "../../ports/disk.ts";

const SQLITE_BUSY = 5;

export interface FileLock {
  release(): void;
}

/**
 * Takes the one lock of a path, as the file `<path>.lock`; null where another process, or another sink of this one, has it. It is the
 * lock that SQLite holds on its file, which is the operating system's: it ends with the process, however that ends.
 */
export async function lockPath(disk: Disk, path: string): Promise<FileLock | null> {
  const lockFile = `${path}.lock`;
  // SQLite does not say why it cannot open a file; the system does.
  await (await disk.open(lockFile, "append")).close();
  const database = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return null;
    throw error;
  }
  return { release: () => database.close() };
}
