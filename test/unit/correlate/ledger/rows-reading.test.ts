import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { createRows, type Rows, type Table } from "../../../../src/correlate/ledger/rows.ts";
import type { JournalPosition } from "../../../../src/model/position.ts";

const position = (sequence: number): JournalPosition => ({ partition: 0, sequence, locator: "x" });

interface Opened {
  readonly database: DatabaseSync;
  readonly rows: Rows;
  readonly table: Table;
}

/** Rows with one that is in the file. */
function opened(): Opened {
  const database = new DatabaseSync(":memory:");
  const rows = createRows(database, () => 0);
  const table = rows.table("grants", 3);
  table.put("a", "1");
  rows.endCall(1);
  rows.commit(position(1));
  return { database, rows, table };
}

describe("rows of the ledger", () => {
  it("that cannot be written for anything but want of room fail closed", () => {
    const { database, rows, table } = opened();
    table.put("a", "2");
    database.exec("DROP TABLE positions");
    rows.endCall(1);
    expect(() => rows.commit(position(2))).toThrow(
      expect.objectContaining({ code: "LEDGER_UNREADABLE" }),
    );
    expect(rows.appliedTo.sequence).toBe(1);
  });

  it.each<[string, (table: Table) => unknown]>([
    ["by key", (table) => table.get("a")],
    ["by prefix", (table) => table.scan("")],
    ["at the edge", (table) => table.edge("first", "a", "b")],
  ])("that cannot be read %s fail closed, and are not taken for missing", (_, read) => {
    const { database, table } = opened();
    database.exec("DROP TABLE grants");
    expect(() => read(table)).toThrow(expect.objectContaining({ code: "LEDGER_UNREADABLE" }));
  });

  it("of one call are read as they were at its first read, and as they are afterwards", () => {
    const { database, rows, table } = opened();
    rows.reading(() => {
      expect(table.get("a")).toBe("1");
      expect(database.isTransaction).toBe(true);
    });
    expect(database.isTransaction).toBe(false);
    expect(table.get("a")).toBe("1");
    expect(database.isTransaction).toBe(false);
  });

  it("are read without a transaction where a call reads nothing of the file", () => {
    const { database, rows } = opened();
    const empty = rows.table("empty", 3);
    rows.reading(() => {
      expect([empty.get("a"), empty.scan(""), empty.edge("last", "a", "b")]).toEqual([
        null,
        [],
        null,
      ]);
      expect(database.isTransaction).toBe(false);
    });
  });

  it("can be written after a call that failed in the middle of its reads", () => {
    const { database, rows, table } = opened();
    const failing = (): never => {
      table.get("a");
      throw new Error("a rule failed");
    };
    expect(() => rows.reading(failing)).toThrow("a rule failed");
    table.put("b", "2");
    rows.endCall(1);
    rows.commit(position(2));
    expect(database.prepare("SELECT value FROM grants WHERE key = 'b'").get()).toEqual({
      value: "2",
    });
  });
});
