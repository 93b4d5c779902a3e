import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLedger } from "../../../src/correlate/ledger/ledger.ts";
import { openDatabase } from "../../../src/platform/database.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chaperone-database-"));
});
afterEach(() => rm(folder, { recursive: true }));

const unreadable: unknown = expect.objectContaining({ code: "LEDGER_UNREADABLE" });

describe("openDatabase", () => {
  it("makes a ledger where there is none, and finds it again with what was written", () => {
    const path = join(folder, "ledger.sqlite");
    const first = openDatabase(path);
    const ledger = createLedger(first);
    ledger.reviews.put("f", true);
    ledger.commitment.endCall(1);
    ledger.commitment.commit({ partition: 0, sequence: 1, locator: "l" });
    ledger.commitment.write();
    expect(ledger.commitment.durableTo.sequence).toBe(1);
    first.close();
    const second = openDatabase(path);
    const again = createLedger(second);
    expect(again.reviews.get("f")).toBe(true);
    expect(again.commitment.appliedTo).toEqual({ partition: 0, sequence: 1, locator: "l" });
    second.close();
  });

  it("uses a write-ahead log with normal sync", () => {
    const database = openDatabase(join(folder, "ledger.sqlite"));
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 1 });
    database.close();
  });

  it("a file that is no database is never treated as empty", async () => {
    const path = join(folder, "ledger.sqlite");
    await writeFile(path, "not a database, but long enough to be taken for something ".repeat(99));
    expect(() => openDatabase(path)).toThrow(unreadable);
  });

  it("a database that was cut off in its first page fails closed", async () => {
    const path = join(folder, "ledger.sqlite");
    const database = openDatabase(path);
    createLedger(database);
    database.close();
    await truncate(path, 3_000);
    expect(() => createLedger(openDatabase(path))).toThrow(unreadable);
  });

  it("a ledger of another version fails closed and says which", () => {
    const path = join(folder, "ledger.sqlite");
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 9");
    database.close();
    expect(() => openDatabase(path)).toThrow("its version is 9, this program reads 2");
  });

  it("a ledger of version 1 is taken over without what has another form now", () => {
    const path = join(folder, "ledger.sqlite");
    const first = new DatabaseSync(path);
    const target = { user: "kim", role: null, accessRequest: null };
    const lock = { name: "l", createdAt: 10, expires: null, deletedAt: 20, target };
    for (const table of ["findings", "seen", "locks"])
      first.exec(`CREATE TABLE ${table} (key TEXT PRIMARY KEY, value TEXT NOT NULL)`);
    first.exec("INSERT INTO findings VALUES ('f', 'true')");
    first.exec(`INSERT INTO seen VALUES ('e', '{"digest":null,"verdict":null}')`);
    first.prepare("INSERT INTO locks VALUES ('l', ?)").run(JSON.stringify(lock));
    first
      .prepare("INSERT INTO locks VALUES ('m', ?)")
      .run(JSON.stringify({ ...lock, name: "m", createdAt: 30, expires: 40, deletedAt: null }));
    first.exec("PRAGMA user_version = 1");
    first.close();
    const database = openDatabase(path);
    const ledger = createLedger(database);
    expect(ledger.findings.get("f")).toBeNull();
    expect(ledger.seen.get("e")).toMatchObject({ digest: null });
    const none = { user: null, role: null, accessRequest: null };
    expect(ledger.locks.get("l")).toEqual({
      name: "l",
      changes: [
        { at: 10, eventId: "", isDeleted: false, expires: null, target },
        { at: 20, eventId: "", isDeleted: true, expires: null, target: none },
      ],
    });
    expect(ledger.locks.get("m")?.changes).toEqual([
      { at: 30, eventId: "", isDeleted: false, expires: 40, target },
    ]);
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 2 });
    database.close();
  });

  it("a database with tables of somebody else fails closed", () => {
    const path = join(folder, "ledger.sqlite");
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE theirs (a)");
    database.close();
    expect(() => openDatabase(path)).toThrow(unreadable);
  });
});
