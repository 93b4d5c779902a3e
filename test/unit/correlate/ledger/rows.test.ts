import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { keyOf, prefixOf } from "../../../../src/correlate/ledger/key.ts";
import { createRows } from "../../../../src/correlate/ledger/rows.ts";
import type { JournalPosition } from "../../../../src/model/position.ts";
import { openDatabase } from "../../../../src/platform/database.ts";
import { temporaryFolder } from "../../../support/disk.ts";

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
    let nowMs = 70_000;
    const rows = createRows(new DatabaseSync(":memory:"), () => nowMs);
    rows.endCall(5);
    nowMs = 70_999;
    rows.commit(position(5));
    expect(rows.appliedTo.sequence).toBe(0);
    nowMs = 71_000;
    rows.endCall(5);
    rows.commit(position(10));
    expect(rows.appliedTo.sequence).toBe(10);
  });

  it("that one call changes again and again count once, with their last value", () => {
    const database = new DatabaseSync(":memory:");
    const rows = createRows(database, () => 0);
    const table = rows.table("grants", 10_000);
    table.put("removed", "x");
    for (let i = 0; i < 9_000; i++) table.put("kept", String(i));
    table.remove("removed");
    rows.endCall(1);
    table.put("kept", "next");
    rows.endCall(1);
    rows.commit(position(1));
    expect(rows.appliedTo.sequence).toBe(0);
    rows.write();
    expect(database.prepare("SELECT key, value FROM grants").all()).toEqual([
      { key: "kept", value: "8999" },
    ]);
    expect(table.get("kept")).toBe("next");
  });

  it.each([
    [7_999, 0],
    [8_000, 1],
  ])("with %i changes under traffic are written up to entry %i", (changes, sequence) => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    const table = rows.table("grants", 10_000);
    for (let i = 0; i < changes; i++) table.put(String(i), "x");
    rows.endCall(1);
    rows.endCall(1);
    rows.commit(position(1));
    expect(rows.appliedTo.sequence).toBe(sequence);
  });

  it("of four megabytes are written under traffic, and small ones after them are put off again", () => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    const table = rows.table("grants", 10);
    const appliedAfter = (sequence: number, value: string): number => {
      table.put("a", value);
      rows.endCall(1);
      rows.commit(position(sequence));
      return rows.appliedTo.sequence;
    };
    // One more call is under way all the time.
    rows.endCall(1);
    expect(appliedAfter(1, "x".repeat(4 * 1024 * 1024 - 1))).toBe(0);
    expect(appliedAfter(2, "x")).toBe(0);
    expect(appliedAfter(3, "x")).toBe(3);
    expect(appliedAfter(4, "x")).toBe(3);
  });

  it.each([
    [29_999, 0],
    [30_000, 1],
  ])(
    "survive a power loss from a checkpoint on, which comes after %i ms up to entry %i",
    (ms, sequence) => {
      let nowMs = 70_000;
      const rows = createRows(new DatabaseSync(":memory:"), () => nowMs);
      rows.endCall(1);
      nowMs += ms;
      rows.commit(position(1));
      expect(rows.appliedTo.sequence).toBe(1);
      expect(rows.durableTo.sequence).toBe(sequence);
    },
  );

  it("are not taken to survive a power loss while a reader keeps a checkpoint from its end", async () => {
    const path = join(await temporaryFolder(), "ledger.db");
    const database = openDatabase(path);
    const rows = createRows(database, () => 0);
    const table = rows.table("grants", 10);
    const reader = openDatabase(path);
    reader.exec("BEGIN");
    reader.prepare("SELECT * FROM grants").all();
    table.put("a", "1");
    rows.endCall(1);
    rows.commit(position(1));
    rows.write();
    expect(rows.appliedTo.sequence).toBe(1);
    expect(rows.durableTo.sequence).toBe(0);
    reader.exec("COMMIT");
    rows.write();
    expect(rows.durableTo.sequence).toBe(1);
    reader.close();
    database.close();
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

  it("of a call without entries are written, too, when no other call is under way", () => {
    const database = new DatabaseSync(":memory:");
    const rows = createRows(database, () => 0);
    rows.table("passed", 10).put("a", "true");
    rows.endCall(0);
    rows.commit(position(3));
    expect(database.prepare("SELECT value FROM passed").all()).toEqual([{ value: "true" }]);
    expect(rows.appliedTo.sequence).toBe(0);
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

  it("leave a full table with room for a 32nd part of it, the oldest first", () => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    const table = rows.table("grants", 64);
    for (let i = 10; i < 75; i++) table.put(String(i), "x");
    rows.endCall(1);
    rows.commit(position(1));
    const left = table.scan("").map(([key]) => Number(key));
    expect([left.length, left[0], left.at(-1)]).toEqual([62, 13, 74]);
  });

  it("stay where the table has room, however often others are written again", () => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    const table = rows.table("grants", 3);
    table.put("k0", "1");
    for (let i = 1; i <= 5; i++) {
      table.put("k1", String(i));
      rows.endCall(1);
      rows.commit(position(i));
    }
    expect(table.scan("")).toEqual([
      ["k0", "1"],
      ["k1", "5"],
    ]);
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
    table.put("q2", "new");
    table.remove("p3");
    expect(table.scan("p")).toEqual([
      ["p1", "old"],
      ["p2", "new"],
      ["p4", "new"],
    ]);
  });

  it("that were removed are gone from the file, too", () => {
    const database = new DatabaseSync(":memory:");
    const rows = createRows(database, () => 0);
    const table = rows.table("grants", 10);
    for (const key of ["a", "b"]) table.put(key, "1");
    rows.endCall(1);
    rows.commit(position(1));
    table.remove("a");
    rows.endCall(1);
    rows.commit(position(2));
    expect(database.prepare("SELECT key FROM grants").all()).toEqual([{ key: "b" }]);
    expect(table.get("a")).toBeNull();
  });

  it("a hostile name cannot reach into another's keys", () => {
    const victim = prefixOf("dana");
    for (const name of ["dana\u001fx", "dana\u001e\u001fx", "dana\u001e", "dan"])
      expect(keyOf(name, "id").startsWith(victim)).toBe(false);
    expect(keyOf("dana", "id").startsWith(victim)).toBe(true);
  });

  it("a key has the form that the ledgers on disk have", () => {
    expect(keyOf("a\u001fb", "c\u001e", 7)).toBe(
      "a\u001e\u001fb\u001fc\u001e\u001e\u001f0000000000000007",
    );
  });

  it("keys with times sort by time", () => {
    expect(keyOf("dana", 999) < keyOf("dana", 1_000)).toBe(true);
  });

  it.each([
    "",
    "7",
    "null",
    `{"partition":0,"sequence":7}`,
    `{"partition":0,"sequence":"7","locator":"x"}`,
    `{"partition":"0","sequence":7,"locator":"x"}`,
    `{"partition":0,"sequence":7,"locator":7}`,
  ])("a stored position that is %j fails closed", (stored) => {
    const database = new DatabaseSync(":memory:");
    createRows(database, () => 0);
    database.prepare("INSERT INTO positions VALUES ('appliedTo', ?)").run(stored);
    expect(() => createRows(database, () => 0)).toThrow(
      expect.objectContaining({ code: "LEDGER_UNREADABLE" }),
    );
  });

  it("go on where an earlier process left them", () => {
    const database = new DatabaseSync(":memory:");
    const rows = createRows(database, () => 0);
    rows.table("grants", 10).put("a", "1");
    rows.endCall(7);
    rows.commit(position(7));
    const again = createRows(database, () => 0);
    expect(again.appliedTo).toEqual(position(7));
    expect(again.durableTo).toEqual(position(7));
    expect(again.table("grants", 10).get("a")).toBe("1");
  });

  it("give the first and the last of a range, whether written, changed or removed since", () => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    const table = rows.table("grants", 100);
    for (const at of [10, 20, 30, 40]) table.put(keyOf("c", at), `old ${at}`);
    table.put(keyOf("d", 5), "another's");
    rows.endCall(1);
    rows.commit(position(1));
    rows.write();
    const edge = (which: "first" | "last", from: number, to: number): string | undefined =>
      table.edge(which, keyOf("c", from), keyOf("c", to))?.[1];
    expect([edge("first", 0, 100), edge("last", 0, 100)]).toEqual(["old 10", "old 40"]);
    expect([edge("first", 20, 100), edge("last", 0, 40)]).toEqual(["old 20", "old 30"]);
    expect([edge("first", 41, 100), edge("last", 0, 10)]).toEqual([undefined, undefined]);
    table.remove(keyOf("c", 40));
    table.remove(keyOf("c", 10));
    table.put(keyOf("c", 30), "new 30");
    expect([edge("first", 0, 100), edge("last", 0, 100)]).toEqual(["old 20", "new 30"]);
    table.put(keyOf("c", 25), "new 25");
    table.put(keyOf("c", 1), "new 1");
    expect([edge("first", 21, 100), edge("last", 0, 30)]).toEqual(["new 25", "new 25"]);
    expect([edge("first", 0, 100), edge("last", 0, 20)]).toEqual(["new 1", "new 1"]);
  });
});
