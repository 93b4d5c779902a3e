import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { keyOf, prefixOf } from "../../../../src/correlate/ledger/key.ts";
import { createRows } from "../../../../src/correlate/ledger/rows.ts";
import type { JournalPosition } from "../../../../src/model/position.ts";

const position = (sequence: number): JournalPosition => ({ partition: 0, sequence, locator: "x" });

describe("rows with the journal's commit", () => {
  it("are read at once and written only when their call is durable, in the order of the calls", () => {
    const database = new DatabaseSync(":memory:");
    const rows = createRows(database, () => 0);
    const table = rows.table("grants", 10);
    table.put("a", "1");
    rows.endCall(1);
    table.put("a", "2");
    rows.endCall(2);
    rows.commit(position(1));
    rows.write();
    expect(table.get("a")).toBe("2");
    expect(database.prepare("SELECT value FROM grants").all()).toEqual([{ value: "1" }]);
    expect(rows.appliedTo).toEqual(position(1));
    rows.commit(position(3));
    rows.write();
    expect(database.prepare("SELECT value FROM grants").all()).toEqual([{ value: "2" }]);
    expect(rows.appliedTo).toEqual(position(3));
  });

  it("are written when a second has passed, also where nothing but the position changed", () => {
    let nowMs = 0;
    const rows = createRows(new DatabaseSync(":memory:"), () => nowMs);
    rows.endCall(5);
    rows.commit(position(5));
    expect(rows.appliedTo.sequence).toBe(0);
    nowMs = 1_000;
    rows.endCall(5);
    rows.commit(position(10));
    expect(rows.appliedTo.sequence).toBe(10);
  });

  it.each([
    [1_999, 0],
    [2_000, 1],
  ])("with %i changes under traffic are written up to entry %i", (changes, sequence) => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    const table = rows.table("grants", 10_000);
    for (let i = 0; i < changes; i++) table.put(String(i), "x");
    rows.endCall(1);
    rows.endCall(1);
    rows.commit(position(1));
    expect(rows.appliedTo.sequence).toBe(sequence);
  });

  it("are written at once when no other call is under way", () => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    rows.table("grants", 10).put("a", "1");
    rows.endCall(1);
    rows.commit(position(1));
    expect(rows.appliedTo.sequence).toBe(1);
  });

  it("a call without entries moves no position, whatever the journal's end is by then", () => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    rows.endCall(0);
    rows.endCall(3);
    rows.commit(position(3));
    rows.write();
    expect(rows.appliedTo.sequence).toBe(0);
    rows.commit(position(3));
    rows.write();
    expect(rows.appliedTo.sequence).toBe(3);
  });

  it("a position that cannot be ends the process rather than lose changes", () => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    rows.endCall(3);
    expect(() => rows.commit(position(2))).toThrow("Cannot commit the ledger at 2");
  });

  it.each([
    [2, 2],
    [3, 3],
    [4, 3],
  ])("of %i rows %i stay in a table of at most 3, and the oldest goes", (count, left) => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    const table = rows.table("grants", 3);
    for (let i = 0; i < count; i++) table.put(`k${i}`, "x");
    table.put("k0", "again");
    rows.endCall(1);
    rows.commit(position(1));
    rows.write();
    expect(table.scan("")).toHaveLength(left);
    expect(table.get("k0")).toBe(count > 3 ? null : "again");
  });

  it("wait for room on a full disk, whole, and lose nothing: they are read all the same, and written when there is some", () => {
    const database = new DatabaseSync(":memory:");
    const rows = createRows(database, () => 0);
    const table = rows.table("grants", 3);
    const stored = database.prepare("SELECT count(*) AS rows FROM grants");
    const full = Number(database.prepare("PRAGMA page_count").get()?.["page_count"]);
    database.exec(`PRAGMA max_page_count = ${full}`);
    for (let i = 0; i < 4; i++) table.put(`k${i}`, "x".repeat(9_000));
    rows.endCall(4);
    rows.commit(position(4));
    rows.write();
    expect(stored.get()).toEqual({ rows: 0 });
    expect(rows.appliedTo.sequence).toBe(0);
    expect(table.scan("")).toHaveLength(4);
    database.exec("PRAGMA max_page_count = 1000");
    rows.write();
    expect(rows.appliedTo.sequence).toBe(4);
    expect(rows.durableTo.sequence).toBe(4);
    expect(stored.get()).toEqual({ rows: 3 });
  });

  it("scan what is on disk and what is not yet, without what was removed", () => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    const table = rows.table("grants", 10);
    for (const key of ["p1", "p2", "p3", "q"]) table.put(key, "old");
    rows.endCall(1);
    rows.commit(position(1));
    rows.write();
    table.put("p2", "new");
    table.put("p4", "new");
    table.remove("p3");
    expect(table.scan("p")).toEqual([
      ["p1", "old"],
      ["p2", "new"],
      ["p4", "new"],
    ]);
  });

  it("a hostile name cannot reach into another's keys", () => {
    const victim = prefixOf("dana");
    for (const name of ["dana\u001fx", "dana\u001e\u001fx", "dana\u001e", "dan"])
      expect(keyOf(name, "id").startsWith(victim)).toBe(false);
    expect(keyOf("dana", "id").startsWith(victim)).toBe(true);
  });

  it("keys with times sort by time", () => {
    expect(keyOf("dana", 999) < keyOf("dana", 1_000)).toBe(true);
  });

  it("a stored position that cannot be read fails closed", () => {
    const database = new DatabaseSync(":memory:");
    createRows(database, () => 0);
    database.exec(`INSERT INTO positions VALUES ('appliedTo', '{"sequence":"7"}')`);
    expect(() => createRows(database, () => 0)).toThrow(
      expect.objectContaining({ code: "LEDGER_UNREADABLE" }),
    );
  });
});
