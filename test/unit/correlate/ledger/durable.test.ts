import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { createRows } from "../../../../src/correlate/ledger/rows.ts";
import type { JournalPosition } from "../../../../src/model/position.ts";
import { openDatabase } from "../../../../src/platform/database.ts";
import { temporaryFolder } from "../../../support/disk.ts";

const position = (sequence: number): JournalPosition => ({ partition: 0, sequence, locator: "x" });

it("a start calls nothing durable that an earlier process wrote, before a checkpoint has had all of it", async () => {
  const path = join(await temporaryFolder(), "ledger.sqlite");
  using earlier = openDatabase(path);
  const rows = createRows(earlier, () => 0);
  const table = rows.table("grants", 10);
  table.put("a", "1");
  rows.endCall(1);
  rows.commit(position(1));
  rows.write();

  // Somebody who looks into the ledger: what is written from now on stays out of the file.
  using onlooker = new DatabaseSync(path);
  onlooker.exec("BEGIN");
  expect(onlooker.prepare("SELECT value FROM grants").all()).toEqual([{ value: "1" }]);
  table.put("a", "2");
  rows.endCall(1);
  rows.commit(position(2));
  rows.write();

  using database = openDatabase(path);
  const again = createRows(database, () => 0);
  expect(again.appliedTo.sequence).toBe(2);
  expect(again.durableTo.sequence).toBe(0);
  onlooker.exec("COMMIT");
  again.write();
  expect(again.durableTo.sequence).toBe(2);
});
