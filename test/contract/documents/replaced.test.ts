import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { POLL_MS, type RunningCollector } from "../collector/running.ts";
import { QUIET_MS, startFolder, textsOf, type FolderSetup } from "./harness.ts";

/** A folder of which "a" is read, and "b" waits for its room. */
async function startWaiting(
  setup: Partial<FolderSetup> = {},
): Promise<{ readonly folder: string; readonly collector: RunningCollector }> {
  const folder = await temporaryFolder();
  for (const name of "ab") await writeFile(join(folder, name), name);
  return { folder, collector: await startAgain({ ...setup, folder }) };
}

function startAgain(
  setup: Partial<FolderSetup> & { readonly folder: string },
): Promise<RunningCollector> {
  return startFolder({ kind: "supportAccessSnapshots", options: { filesMax: 1 }, ...setup });
}

/** Saves by another name first, as editors do. */
async function replace(folder: string, name: string, text: string): Promise<void> {
  await writeFile(join(folder, `${name}.tmp`), text);
  await rename(join(folder, `${name}.tmp`), join(folder, name));
}

/** Makes room for what waits, and lets it be read. */
async function readAll(folder: string, collector: RunningCollector): Promise<readonly string[]> {
  await rm(join(folder, "a"));
  await collector.pass(QUIET_MS + 2 * POLL_MS);
  return textsOf(collector.records);
}

const REPLACED = [{ count: 1, cause: 'The file "b" was replaced before it was read' }];

describe("a document in whose place another one comes before it was read", () => {
  it.each([
    ["after less than quietFor: it was a draft, and is none", QUIET_MS - POLL_MS, []],
    ["after quietFor: it is declared", QUIET_MS, REPLACED],
    ["after longer than quietFor: it is declared", QUIET_MS + POLL_MS, REPLACED],
  ])("%s; the other one is read", async (_, afterMs, gaps) => {
    const { folder, collector } = await startWaiting();
    await collector.pass(afterMs);
    await replace(folder, "b", "B");
    await collector.pass(2 * POLL_MS);
    expect(collector.gaps).toMatchObject(gaps);
    expect(collector.gaps).toHaveLength(gaps.length);
    expect(await readAll(folder, collector)).toEqual(["a", "B"]);
    expect(collector.gaps).toHaveLength(gaps.length);
  });

  it("is read, and not declared, where it goes on under another name", async () => {
    const { folder, collector } = await startWaiting({ options: { filesMax: 1 } });
    await collector.pass(QUIET_MS);
    await rename(join(folder, "b"), join(folder, "c"));
    await replace(folder, "b", "B");
    await collector.pass(2 * POLL_MS);
    await readAll(folder, collector);
    await rm(join(folder, "b"));
    await collector.pass(QUIET_MS + 2 * POLL_MS);
    expect(textsOf(collector.records)).toEqual(["a", "B", "b"]);
    expect(collector.gaps).toEqual([]);
  });

  it("is not declared where the same file was written again, as by an editor that saves in place", async () => {
    const { folder, collector } = await startWaiting();
    await collector.pass(QUIET_MS);
    await writeFile(join(folder, "b"), "B, again");
    await collector.pass(2 * POLL_MS);
    expect(await readAll(folder, collector)).toEqual(["a", "B, again"]);
    expect(collector.gaps).toEqual([]);
  });

  it("is declared, once, where it was replaced while nobody looked", async () => {
    const { folder, collector } = await startWaiting();
    await collector.pass(QUIET_MS);
    await collector.crash();
    await replace(folder, "b", "B");
    const { checkpoints } = collector;
    const again = await startAgain({ folder, checkpoints });
    await again.pass(2 * POLL_MS);
    expect(again.gaps).toMatchObject(REPLACED);
    await again.crash();
    const third = await startAgain({ folder, checkpoints });
    expect(await readAll(folder, third)).toEqual(["B"]);
    expect([...again.gaps, ...third.gaps]).toHaveLength(1);
  });

  it.each([
    ["is replaced", (folder: string) => replace(folder, "b", "B")],
    ["is removed, and another one comes", (folder: string) => rm(join(folder, "b"))],
  ])("is declared when that can be journaled, where it %s meanwhile", async (_, change) => {
    const { folder, collector } = await startWaiting();
    await collector.pass(QUIET_MS);
    collector.acceptsLeft = 0;
    await change(folder);
    await collector.pass(2 * POLL_MS);
    await replace(folder, "b", "B");
    await collector.pass(2 * POLL_MS);
    expect(collector.gaps).toEqual([]);
    collector.acceptsLeft = Infinity;
    await collector.pass(2 * POLL_MS);
    expect(collector.gaps).toMatchObject(REPLACED);
    expect(await readAll(folder, collector)).toEqual(["a", "B"]);
    expect(collector.gaps).toHaveLength(1);
  });
});
