import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import type { RunningCollector } from "../collector/running.ts";
import { QUIET_MS, startFolder, textsOf, type FolderSetup } from "./harness.ts";

/** A folder with files "a", "b" and so on, of which two are read, and two more are remembered. */
async function startWith(
  count: number,
  setup: Partial<FolderSetup> = {},
): Promise<{ readonly folder: string; readonly collector: RunningCollector }> {
  const folder = setup.folder ?? (await temporaryFolder());
  for (const name of "abcdefgh".slice(0, count)) await writeFile(join(folder, name), name);
  const limits = { waitingMax: 2 };
  const options = { filesMax: 2 };
  const kind = "supportAccessSnapshots";
  const collector = await startFolder({ kind, limits, options, ...setup, folder });
  return { folder, collector };
}

function removedFiles({ gaps }: RunningCollector): readonly string[] {
  return gaps.map(({ cause }) => /"(.)" was removed/.exec(cause)?.[1] ?? "-");
}

describe("files beyond filesMax", () => {
  it.each([
    [2, false, 0],
    [3, true, 0],
    [4, true, 0],
    [5, true, 1],
  ])(
    "of %i with filesMax 2 and waitingMax 2: failing %j, and %i gaps for those that nobody can remember",
    async (count, isFailing, gaps) => {
      const { collector } = await startWith(count);
      await collector.pass(3 * QUIET_MS);
      expect(textsOf(collector.records)).toEqual(["a", "b"]);
      expect(collector.progress.at(-1)).toMatchObject({ isFailing });
      expect(collector.gaps).toHaveLength(gaps);
      for (const gap of collector.gaps)
        expect(gap).toMatchObject({
          count: null,
          sizeBytes: null,
          cause: expect.stringContaining(
            "more files than filesMax (2), which are read, and the 2 that wait, 1 more",
          ) as string,
        });
    },
  );

  it("are read, and no gap is declared, when there is room", async () => {
    const { folder, collector } = await startWith(4);
    await collector.pass(QUIET_MS);
    await rm(join(folder, "a"));
    await rm(join(folder, "b"));
    await collector.pass(3 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["a", "b", "c", "d"]);
    expect(collector.gaps).toEqual([]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
  });

  it.each([
    [4, 0],
    [5, 1],
  ])(
    "have the room of those that are read and gone: when four are, of %i new ones none is lost but for %i that nobody can remember",
    async (count, gaps) => {
      const { folder, collector } = await startWith(4);
      await collector.pass(QUIET_MS);
      for (const name of "ab") await rm(join(folder, name));
      await collector.pass(2 * QUIET_MS);
      for (const name of "cd") await rm(join(folder, name));
      for (const name of "efghi".slice(0, count)) await writeFile(join(folder, name), name);
      await collector.pass(2 * QUIET_MS);
      expect(textsOf(collector.records)).toEqual(["a", "b", "c", "d", "e", "f"]);
      expect(collector.gaps).toHaveLength(gaps);
    },
  );

  it("take no room from one that vanished unread, as long as that could not be declared", async () => {
    const { folder, collector } = await startWith(4);
    await collector.pass(QUIET_MS);
    collector.acceptsLeft = 0;
    for (const name of "abcd") await rm(join(folder, name));
    for (const name of "efgh") await writeFile(join(folder, name), name);
    await collector.pass(2 * QUIET_MS);
    collector.acceptsLeft = Infinity;
    await collector.pass(3 * QUIET_MS);
    expect(removedFiles(collector)).toEqual(expect.arrayContaining(["c", "d"]));
    expect(textsOf(collector.records).slice(2)).toEqual(["e", "f"]);
  });

  it("are declared, each once, where they are removed while they wait", async () => {
    const { folder, collector } = await startWith(4);
    await collector.pass(QUIET_MS);
    await rm(join(folder, "c"));
    await collector.pass(2 * QUIET_MS);
    expect(removedFiles(collector)).toEqual(["c"]);
    await rm(join(folder, "d"));
    await collector.pass(2 * QUIET_MS);
    expect(removedFiles(collector)).toEqual(["c", "d"]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false });
  });

  it("are declared, once, where they are removed while nobody looks", async () => {
    const { folder, collector } = await startWith(4);
    await collector.pass(2_000);
    await collector.crash();
    await rm(join(folder, "d"));
    const { checkpoints } = collector;
    const { collector: again } = await startWith(0, { folder, checkpoints });
    await again.pass(QUIET_MS);
    expect(removedFiles(again)).toEqual(["d"]);
    await again.crash();
    const { collector: third } = await startWith(0, { folder, checkpoints });
    expect(third.gaps).toEqual([]);
  });

  it("beyond waitingMax are declared anew only after none has waited, and until they could be declared", async () => {
    const { folder, collector } = await startWith(5, { acceptsLeft: 0 });
    await collector.pass(2_000);
    expect(collector.gaps).toEqual([]);
    collector.acceptsLeft = Infinity;
    await collector.pass(QUIET_MS);
    expect(collector.gaps).toHaveLength(1);
    // From five to four and back: still the same crowd.
    await rm(join(folder, "a"));
    await collector.pass(QUIET_MS);
    await writeFile(join(folder, "f"), "f");
    await collector.pass(1_000);
    expect(collector.gaps).toHaveLength(1);
    for (const name of "bcdef") await rm(join(folder, name));
    await collector.pass(2 * QUIET_MS);
    const before = collector.gaps.length;
    for (const name of "abcde") await writeFile(join(folder, name), name);
    await collector.pass(1_000);
    expect(collector.gaps.slice(before)).toMatchObject([{ count: null, sizeBytes: null }]);
  });

  it("are left to the next run by run --once, which ends as failing", async () => {
    const { collector } = await startWith(3, { stopAtEnd: true });
    await collector.pass(3_000);
    await collector.run;
    expect(textsOf(collector.records)).toEqual(["a", "b"]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: true, hasEnded: true });
  });
});
