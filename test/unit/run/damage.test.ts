import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { aFile, anInstallation, aPipeline, aRelay, type Installation } from "./a-run.ts";

const DONE = { unread: [], unsettled: [], isStopped: false };
const BEFORE = aRelay([aFile("local", "events.ndjson")], [aPipeline("all", "local")]);
const AFTER = aRelay(
  [aFile("local", "events.ndjson"), aFile("second", "second.ndjson")],
  [aPipeline("all", "local"), aPipeline("new", "second")],
);

interface Delivered {
  readonly id: string;
  readonly detail: { readonly gap?: { readonly from: string; readonly to: string } };
}

/** Damages the last block of the journal's only segment. */
async function damage({ folder }: Installation): Promise<void> {
  const path = join(folder, "data/acme/journal/0000000000000001.avro");
  const bytes = await readFile(path);
  // Behind its data stands a sync marker of 16 bytes.
  bytes.subarray(-60, -44).fill(0xff);
  await writeFile(path, bytes);
}

async function gapsIn({ folder }: Installation, file: string): Promise<readonly Delivered[]> {
  const lines = (await readFile(join(folder, file), "utf8")).trimEnd().split("\n");
  return lines
    .map((line) => JSON.parse(line) as Delivered)
    .filter(({ detail }) => detail.gap !== undefined);
}

it("a loss that a pipeline comes to at the journal's end is declared and delivered by the same run --once, once", async () => {
  const installation = await anInstallation();
  await installation.log(1);
  expect(await installation.once(BEFORE)).toEqual(DONE);
  await damage(installation);
  expect(await installation.once(AFTER)).toEqual(DONE);
  const gaps = await gapsIn(installation, "second.ndjson");
  expect(gaps.map(({ detail }) => detail.gap)).toMatchObject([{ from: "1", to: "2" }]);
  expect(await gapsIn(installation, "events.ndjson")).toEqual(gaps);
  expect(await installation.once(AFTER)).toEqual(DONE);
  expect(await gapsIn(installation, "second.ndjson")).toEqual(gaps);
});

it("a ledger that is made again over a journal whose end is damaged waits for nothing that is lost, and declares it", async () => {
  const installation = await anInstallation();
  await installation.log(1);
  expect(await installation.once(BEFORE)).toEqual(DONE);
  await damage(installation);
  for (const name of ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"])
    await rm(join(installation.folder, "data/acme", name), { force: true });
  await installation.log(2);
  expect(await installation.once(BEFORE)).toEqual(DONE);
  expect(await gapsIn(installation, "events.ndjson")).toHaveLength(1);
  expect(await installation.delivered()).toEqual([1, 2]);
});
