import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { createRows } from "../../../../src/correlate/ledger/rows.ts";
import type { JournalPosition } from "../../../../src/model/position.ts";

const position = (sequence: number): JournalPosition => ({ partition: 0, sequence, locator: "x" });

describe("rows that are folded at a start", () => {
  it("are written and durable with the commit at the end, which no call came before", () => {
    const database = new DatabaseSync(":memory:");
    const rows = createRows(database, () => 0);
    rows.table("grants", 10).put("a", "1");
    rows.applied(position(2));
    rows.applied(position(3));
    rows.commit(position(3));
    expect(database.prepare("SELECT value FROM grants").all()).toEqual([{ value: "1" }]);
    expect(rows.appliedTo).toEqual(position(3));
    expect(rows.durableTo).toEqual(position(3));
    expect(createRows(database, () => 0).appliedTo).toEqual(position(3));
  });

  it("are written on the way, so that little of it is in memory", () => {
    const rows = createRows(new DatabaseSync(":memory:"), () => 0);
    const table = rows.table("grants", 10_000);
    for (let i = 0; i < 8_000; i++) table.put(String(i), "x");
    rows.applied(position(1));
    expect(rows.appliedTo.sequence).toBe(1);
  });

  it("move their position also where the fold changes nothing, so that the next start does not fold it again", () => {
    const database = new DatabaseSync(":memory:");
    const rows = createRows(database, () => 0);
    rows.applied(position(4));
    rows.commit(position(4));
    expect(createRows(database, () => 0).appliedTo).toEqual(position(4));
    expect(() => rows.commit(position(3))).toThrow("Cannot commit the ledger at 3");
  });
});
