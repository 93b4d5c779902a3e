import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { checkLedgerFile } from "../../../src/doctor/ledger-file.ts";
import { temporaryFolder } from "../../support/disk.ts";

const DAMAGED_AT = 8 * 4_096;

async function aLedger(): Promise<{ readonly path: string; readonly sizeBytes: number }> {
  const path = join(await temporaryFolder(), "ledger.sqlite");
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE held (id INTEGER PRIMARY KEY, body BLOB)");
  for (let id = 0; id < 40; id++) database.exec(`INSERT INTO held VALUES (${id}, zeroblob(3000))`);
  database.close();
  return { path, sizeBytes: (await stat(path)).size };
}

async function damage(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.write(Buffer.alloc(4_096, 0xff), 0, 4_096, DAMAGED_AT);
  await file.close();
}

describe("chaperone doctor looks at the ledger", () => {
  it.each([
    ["one byte smaller than it reads", 1, ", whole"],
    ["as large as it reads", 0, ", whole"],
    ["one byte larger", -1, ", can be opened; it is too large to be read from end to end here"],
  ])("%s: says what it knows", async (_, moreBytes, seen) => {
    const { path, sizeBytes } = await aLedger();
    expect(await checkLedgerFile(path, sizeBytes + moreBytes)).toMatchObject({
      state: "ok",
      seen: expect.stringMatching(new RegExp(`${seen}$`)) as string,
    });
  });

  it("finds damage in one that it reads, and does not call one whole that it only opens", async () => {
    const { path, sizeBytes } = await aLedger();
    await damage(path);
    expect(await checkLedgerFile(path, sizeBytes)).toMatchObject({ state: "problem" });
    const { seen } = await checkLedgerFile(path, sizeBytes - 1);
    expect(seen).not.toContain("whole");
  });
});
