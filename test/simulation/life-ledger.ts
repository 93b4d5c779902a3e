import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../src/platform/database.ts";
import type { Random } from "../support/random.ts";
import type { Life } from "./life.ts";

/** The ledger's file over several processes: SQLite in memory, with an image of every commit that a power loss may go back to. */
export interface LedgerFile {
  /** The database for one process. */
  open(life: Life, isDiskFull: () => boolean): DatabaseSync;
  /** Any commit since the last checkpoint may be the last one that is left; never a part of one. */
  losePower(random: Random): void;
  /** Somebody moved the file away. */
  remove(): void;
  /** Closes what the processes that were killed left open. */
  close(): void;
}

const CHECKPOINT = /^PRAGMA wal_checkpoint/;

export function createLedgerFile(): LedgerFile {
  /** From the last checkpoint to the last commit. */
  let commits: (Uint8Array | null)[] = [null];
  const opened: DatabaseSync[] = [];

  function watch(database: DatabaseSync, life: Life, isDiskFull: () => boolean): void {
    const exec = database.exec.bind(database);
    const prepare = database.prepare.bind(database);
    database.exec = (sql) => {
      if (sql === "COMMIT" && isDiskFull()) {
        exec("ROLLBACK");
        throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
      }
      exec(sql);
      if (sql === "COMMIT" && !life.isOver) commits.push(database.serialize());
    };
    database.prepare = (sql) => {
      const statement = prepare(sql);
      if (!CHECKPOINT.test(sql)) return statement;
      const get = statement.get.bind(statement);
      statement.get = () => {
        if (!life.isOver) commits = commits.slice(-1);
        return get();
      };
      return statement;
    };
  }

  return {
    open: (life, isDiskFull) => {
      const database = openDatabase(":memory:");
      const last = commits.at(-1) ?? null;
      if (last !== null) database.deserialize(last);
      watch(database, life, isDiskFull);
      opened.push(database);
      return database;
    },
    losePower: (random) => {
      commits = commits.slice(0, 1 + random.below(commits.length));
    },
    remove: () => {
      commits = [null];
    },
    close: () => {
      for (const database of opened.splice(0)) {
        // Its own methods are back: ours would hold whoever used it, and its statements hold it.
        Reflect.deleteProperty(database, "exec");
        Reflect.deleteProperty(database, "prepare");
        if (database.isOpen) database.close();
      }
    },
  };
}
