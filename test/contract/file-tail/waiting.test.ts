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

  it("that are compressed hold up neither what replaced a file that is read nor the declaration of what is lost", async () => {
    const { folder, tail } = await startWith(2);
    await writeFile(join(folder, "z.log.gz"), gzipSync("z1\n"));
    await tail.poll(2);
    await appendFile(join(folder, "a.log"), "half");
    await tail.poll(2);
    await writeFile(join(folder, "a.log"), "new\n");
    await tail.poll(5);
    expect(tail.texts.slice(4)).toEqual(["new"]);
    expect(rangesOf(tail)).toEqual(["6-10"]);
  });

  it("that are compressed do not hold up the declaration of a file that is deleted unread", async () => {
    const { folder, tail } = await startWith(2);
    await writeFile(join(folder, "c.log"), "c1\n");
    await writeFile(join(folder, "z.log.gz"), gzipSync("z1\n"));
    await tail.poll(2);
    await unlink(join(folder, "c.log"));
    await tail.poll(10);
    expect(rangesOf(tail)).toEqual(["0-3"]);
  });

  it("that were read before, and are deleted while they wait, are read to their end by their descriptor", async () => {
    const { folder, tail } = await startWith(2);
    const [inside, outside] = [join(folder, "a.log"), join(folder, "a.txt")];
    await rename(inside, outside);
    await writeFile(join(folder, "c.log"), "c1\n");
    await tail.poll();
    await rename(outside, inside);
    await tail.poll();
    await appendFile(join(folder, "c.log"), "c2\n");
    await tail.poll();
    expect(tail.texts.slice(4)).toEqual(["c1"]);
    await unlink(join(folder, "c.log"));
    await tail.poll(5);
    expect([tail.texts.slice(4), tail.gaps]).toEqual([["c1", "c2"], []]);
    expect(tail.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
  });

  it("are what comes back after it was over, before what is read: that is read on", async () => {
    const limits = { ...LIMITS, deletedQuietMs: 0 };
    const { folder, tail } = await startWith(2, { limits });
    const [inside, outside] = [join(folder, "a.log"), join(folder, "a.txt")];
    await rename(inside, outside);
    await writeFile(join(folder, "c.log"), "c1\n");
    await tail.poll(5);
    await rename(outside, inside);
    await tail.poll();
    await appendFile(join(folder, "c.log"), "c2\n");
    await tail.poll();
    expect(tail.texts.slice(4)).toEqual(["c1", "c2"]);
  });

  it.each([
    ["other content", "d1\nd2\n", "0-6"],
    ["less", "d1\n", "0-3"],
    ["more", "d1\nd2\nd3\n", "0-9"],
  ])(
    "are declared again, as another loss, where %s comes under the inode of a lost one and is lost too",
    async (_, content, range) => {
      const { folder, tail } = await startWith(3);
      const [inside, outside] = [join(folder, "c.log"), join(folder, "c.txt")];
      await rename(inside, outside);
      await tail.poll(5);
      // Writing in place keeps the inode for sure.
      await writeFile(outside, content);
      await rename(outside, inside);
      await tail.poll();
      await unlink(inside);
      await tail.poll(10);
      expect(rangesOf(tail)).toEqual(["0-6", range]);
      expect(new Set(tail.gaps.map(({ from }) => from)).size).toBe(2);
    },
  );

  it.each([
    ["the same", "a1\na2\na3\n", true, ["a3"], []],
    ["other content, as long as what was read", "x1\nx2\n", true, ["x1", "x2"], []],
    ["other content, and are lost too", "x1\nx2\n", false, [], ["0-6"]],
  ])(
    "that were read in part and declared, and come back with %s, are told from what was read",
    async (_, content, hasRoom, texts, ranges) => {
      const { folder, tail } = await startWith(2, { limits: { ...LIMITS, filesOpenMax: 1 } });
      const [inside, outside] = [join(folder, "a.log"), join(folder, "a.txt")];
      tail.failWith = new Error("rejected");
      await appendFile(inside, "a3\n");
      await appendFile(join(folder, "b.log"), "b3\n");
      await tail.poll(2);
      await rename(inside, outside);
      await tail.poll(2);
      tail.failWith = null;
      tail.clock.advance(40_000);
      await tail.poll(5);
      expect([tail.texts.slice(4), rangesOf(tail)]).toEqual([["b3"], ["6-9"]]);
      if (!hasRoom) await writeFile(join(folder, "c.log"), "");
      await tail.poll();
      await writeFile(outside, content);
      await rename(outside, inside);
      await tail.poll(3);
      if (!hasRoom) await unlink(inside);
      await tail.poll(10);
      expect([tail.texts.slice(5), rangesOf(tail).slice(1)]).toEqual([texts, ranges]);
    },
  );

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
