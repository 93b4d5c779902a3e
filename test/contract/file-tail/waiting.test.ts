import { appendFile, readFile, rename, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail, type RunningTail, type TailSetup } from "./harness.ts";

const LIMITS = { waitingMax: 2, quietMs: 500 };
const NAMES = "abcdefgh";

/** Of files "a.log", "b.log" and so on, the first the oldest, two are read and two more are remembered. */
async function startWith(
  count: number,
  setup: Partial<TailSetup> = {},
): Promise<{ readonly folder: string; readonly tail: RunningTail }> {
  const folder = setup.folder ?? (await temporaryFolder());
  for (const [at, name] of NAMES.split("").slice(0, count).entries()) {
    await writeFile(join(folder, `${name}.log`), `${name}1\n${name}2\n`);
    await utimes(join(folder, `${name}.log`), 1_000 + at, 1_000 + at);
  }
  const tail = await startTail({ limits: LIMITS, options: { filesMax: 2 }, ...setup, folder });
  return { folder, tail };
}

function rangesOf({ gaps }: RunningTail): readonly string[] {
  return gaps.map(({ from, to }) => `${from.split(":").at(-1)}-${to.split(":").at(-1)}`);
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
      const { tail } = await startWith(count);
      await tail.poll(10);
      expect(tail.texts).toEqual(["a1", "a2", "b1", "b2"]);
      expect(tail.progress.at(-1)).toMatchObject({ isFailing });
      expect(tail.gaps).toHaveLength(gaps);
      for (const gap of tail.gaps)
        expect(gap).toMatchObject({
          count: null,
          sizeBytes: null,
          cause: expect.stringContaining(
            "more files than filesMax (2), which are read, and the 2 that wait, 1 more",
          ) as string,
        });
    },
  );

  it("are read from their beginning, the oldest first, and no gap is declared, when there is room", async () => {
    const { folder, tail } = await startWith(4);
    await appendFile(join(folder, "d.log"), "d3\n");
    await tail.poll(5);
    await unlink(join(folder, "a.log"));
    await tail.poll();
    expect(tail.texts.slice(4)).toEqual(["c1", "c2"]);
    expect(tail.progress.at(-1)).toMatchObject({ isFailing: true });
    await unlink(join(folder, "b.log"));
    await tail.poll();
    expect(tail.texts.slice(6)).toEqual(["d1", "d2", "d3"]);
    expect(tail.gaps).toEqual([]);
    expect(tail.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
  });

  it("beyond waitingMax are read too when there is room", async () => {
    const { folder, tail } = await startWith(6);
    for (const name of ["a", "b", "c", "d"]) {
      await unlink(join(folder, `${name}.log`));
      await tail.poll(2);
    }
    expect(tail.texts).toEqual(["a", "b", "c", "d", "e", "f"].flatMap((n) => [`${n}1`, `${n}2`]));
    expect(tail.gaps).toHaveLength(1);
  });

  it("are declared, each once and as far as they were seen, where they are deleted while they wait", async () => {
    const { folder, tail } = await startWith(4);
    await appendFile(join(folder, "d.log"), "more\n");
    await tail.poll();
    await unlink(join(folder, "d.log"));
    await tail.poll(10);
    expect(rangesOf(tail)).toEqual(["0-11"]);
    await unlink(join(folder, "c.log"));
    await tail.poll(10);
    expect(rangesOf(tail)).toEqual(["0-11", "0-6"]);
    expect(tail.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
  });

  it("are declared, once and as far as they were seen, where they are deleted while nobody looks", async () => {
    const checkpoints = memoryCheckpoints();
    const { folder, tail } = await startWith(4, { checkpoints });
    await appendFile(join(folder, "d.log"), "more\n");
    await tail.poll(10);
    await tail.crash();
    await unlink(join(folder, "d.log"));
    const { tail: again } = await startWith(0, { folder, checkpoints });
    await again.poll(10);
    expect([again.texts, rangesOf(again)]).toEqual([[], ["0-11"]]);
    await again.crash();
    const { tail: third } = await startWith(0, { folder, checkpoints });
    await third.poll(10);
    expect(third.gaps).toEqual([]);
  });

  it("are read once after a restart, from their beginning, when there is room", async () => {
    const checkpoints = memoryCheckpoints();
    const { folder, tail } = await startWith(3, { checkpoints });
    await tail.poll(10);
    await tail.stop();
    await unlink(join(folder, "b.log"));
    const { tail: again } = await startWith(0, { folder, checkpoints });
    await again.poll(10);
    expect([again.texts, again.gaps]).toEqual([["c1", "c2"], []]);
  });

  it("are the same files under another name", async () => {
    const { folder, tail } = await startWith(4);
    await rename(join(folder, "d.log"), join(folder, "d.log.1"));
    await tail.poll(10);
    await unlink(join(folder, "a.log"));
    await unlink(join(folder, "b.log"));
    await tail.poll(10);
    expect(tail.texts.slice(4)).toEqual(["c1", "c2", "d1", "d2"]);
    expect(tail.gaps).toEqual([]);
  });

  it("are compared when there is room: what was there before under the inode is declared, what is there is read", async () => {
    const { folder, tail } = await startWith(3);
    // Writing in place keeps the inode for sure.
    await writeFile(join(folder, "c.log"), "other and longer\n");
    await tail.poll();
    await unlink(join(folder, "a.log"));
    await tail.poll(10);
    expect(tail.texts.slice(4)).toEqual(["other and longer"]);
    expect(rangesOf(tail)).toEqual(["0-6"]);
  });

  it("that are compressed while they wait are read compressed, and no gap is declared", async () => {
    const { folder, tail } = await startWith(3);
    const path = join(folder, "c.log");
    await writeFile(`${path}.gz`, gzipSync(await readFile(path)));
    await unlink(path);
    await tail.poll(20);
    await unlink(join(folder, "a.log"));
    await tail.poll(20);
    expect(tail.texts.slice(4)).toEqual(["c1", "c2"]);
    expect(tail.gaps).toEqual([]);
  });

  it("are read from their end on at the first run with start: now", async () => {
    const { folder, tail } = await startWith(3, { options: { filesMax: 2, start: "now" } });
    await appendFile(join(folder, "c.log"), "c3\n");
    await tail.poll(2);
    await unlink(join(folder, "a.log"));
    await tail.poll(2);
    expect([tail.texts, tail.gaps]).toEqual([["c3"], []]);
  });

  it("are left to the next run by run --once, which ends as failing", async () => {
    const { tail } = await startWith(3, { stopAtEnd: true });
    await tail.poll(10);
    await tail.run;
    expect(tail.texts).toEqual(["a1", "a2", "b1", "b2"]);
    expect(tail.progress.at(-1)).toMatchObject({ isFailing: true, hasEnded: true });
  });
});
