import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { describeError } from "../model/error.ts";
import { ok, problem, type CheckResult } from "./check.ts";
import { bytes } from "./units.ts";

/** Larger ones are opened, and not read from end to end. */
const CHECKED_BYTES_MAX = 64 * 1024 * 1024;
const BUSY_TIMEOUT_MS = 2_000;

/** Whether SQLite finds the ledger whole, or one that is too large for that can be opened. Opened for reading; without a write-ahead log beside it as a file that nobody changes, so that none is made. */
export function checkLedgerFile(
  path: string,
  checkedBytesMax: number = CHECKED_BYTES_MAX,
): Promise<CheckResult> {
  const named = { check: "ledger", of: path };
  if (!existsSync(path))
    return Promise.resolve(ok(named, "not there yet: it is made from the journal"));
  try {
    const { size } = statSync(path);
    const isChecked = size <= checkedBytesMax;
    const url = pathToFileURL(path);
    if (!existsSync(`${path}-wal`)) url.searchParams.set("immutable", "1");
    const database = new DatabaseSync(url, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const pragma = isChecked ? "PRAGMA quick_check(1)" : "PRAGMA schema_version";
      const [answer] = Object.values(database.prepare(pragma).get() ?? {});
      if (isChecked && answer !== "ok") throw new Error(String(answer));
    } finally {
      database.close();
    }
    const found = isChecked
      ? "whole"
      : "can be opened; it is too large to be read from end to end here";
    return Promise.resolve(ok(named, `${bytes(size)}, ${found}`));
  } catch (error) {
    return Promise.resolve(
      problem(
        named,
        describeError(error),
        "Move the file and its -wal and -shm neighbours away: while the journal has its first entry, the ledger is made again from it",
      ),
    );
  }
}
