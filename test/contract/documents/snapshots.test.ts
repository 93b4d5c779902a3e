import { appendFile, mkdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseTime } from "../../../src/model/time.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { QUIET_MS, startFolder, textsOf } from "./harness.ts";

const kind = "supportAccessSnapshots";
const FIRST = "2026-11-22T02-50-42Z.txt";
const SECOND = "2026-11-22T02-51-27Z.txt";

describe("supportAccessSnapshots with a folder", () => {
  it("reads every file once, in the order of their names, each with the time that its name states", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, SECOND), "two");
    await writeFile(join(folder, FIRST), "one");
    const collector = await startFolder({ folder, kind });
    await collector.pass(2 * QUIET_MS);
    expect(collector.records).toMatchObject([
      { position: FIRST, takenAt: parseTime("2026-11-22T02:50:42Z"), truncatedFromBytes: null },
      { position: SECOND, takenAt: parseTime("2026-11-22T02:51:27Z") },
    ]);
    expect(textsOf(collector.records)).toEqual(["one", "two"]);
    expect(collector.progress.at(-1)).toMatchObject({ behind: [], isFailing: false });
    await writeFile(join(folder, "2026-11-22T02:52:00Z.txt"), "three");
    await collector.pass(2 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["one", "two", "three"]);
    expect(collector.records[2]?.takenAt).toBe(parseTime("2026-11-22T02:52:00Z"));
  });

  it.each([
    "prod.txt",
    "2026-11-22T02-50-42.txt",
    "2026-13-22T02-50-42Z.txt",
    "2026-11-22T02-50-42Z..2026-11-22T02-51-27Z.txt",
  ])("takes the time at which %s was written: its name states none", async (name) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, name), "one");
    await utimes(join(folder, name), 1_700_000_000, 1_700_000_000.5);
    const { records } = await startFolder({ folder, kind, stopAtEnd: true });
    expect(records).toMatchObject([{ takenAt: 1_700_000_000_500_000 }]);
  });

  it("a file without a time in its name that is written again is another snapshot, also of the same text", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "now.txt");
    await writeFile(path, "one");
    await utimes(path, 1_000, 1_000);
    const collector = await startFolder({ folder, kind });
    await collector.pass(2 * QUIET_MS);
    await utimes(path, 2_000, 2_000);
    await collector.pass(2 * QUIET_MS);
    expect(collector.records.map(({ takenAt }) => takenAt)).toEqual([1e9, 2e9]);
  });

  it("one with a time in its name is read again only where its text is another one", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, FIRST);
    await writeFile(path, "one");
    const collector = await startFolder({ folder, kind });
    await collector.pass(2 * QUIET_MS);
    await utimes(path, 2_000, 2_000);
    await collector.pass(2 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["one"]);
    await writeFile(path, "two");
    await collector.pass(2 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["one", "two"]);
  });

  it("waits until a file has been left alone for quietFor", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "on");
    const collector = await startFolder({ folder, kind });
    await collector.pass(QUIET_MS - 1_000);
    await appendFile(join(folder, FIRST), "e");
    await collector.pass(QUIET_MS);
    expect(collector.records).toEqual([]);
    expect(collector.progress.at(-1)?.behind).toEqual([folder]);
    await collector.pass(2_000);
    expect(textsOf(collector.records)).toEqual(["one"]);
  });

  it("does not look at what is hidden, still written, or in a folder below", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "below"));
    for (const name of [".x.txt", "x.txt.tmp", "x.part", "x~", "below/x.txt"])
      await writeFile(join(folder, name), name);
    const { records, progress } = await startFolder({ folder, kind, stopAtEnd: true });
    expect(records).toEqual([]);
    expect(progress.at(-1)).toMatchObject({ hasEnded: true, isFailing: false });
  });

  it("hands an empty file in, since an empty snapshot is none", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "");
    const { records } = await startFolder({ folder, kind, stopAtEnd: true });
    expect(textsOf(records)).toEqual([""]);
  });

  it("declares a file that was removed before it was read, once; one that was renamed or read is not", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "one");
    await writeFile(join(folder, "x.txt"), "two");
    const collector = await startFolder({ folder, kind });
    await collector.pass(1_000);
    await rm(join(folder, FIRST));
    await rename(join(folder, "x.txt"), join(folder, SECOND));
    await collector.pass(2 * QUIET_MS);
    await rm(join(folder, SECOND));
    await collector.pass(2 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["two"]);
    expect(collector.gaps).toMatchObject([
      { count: 1, cause: `The file "${FIRST}" was removed before it was read` },
    ]);
    expect(collector.progress.at(-1)).toMatchObject({ behind: [] });
  });

  it("declares a file that changed after it was read, and was removed before it was read again", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "now.txt");
    await writeFile(path, "one");
    const collector = await startFolder({ folder, kind });
    await collector.pass(2 * QUIET_MS);
    await writeFile(path, "another");
    await collector.pass(1_000);
    await rm(path);
    await collector.pass(2 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["one"]);
    expect(collector.gaps).toMatchObject([{ count: 1 }]);
  });

  it("a name that is no document's hides no loss, and nor does another file with the inode of what was removed", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "one");
    await writeFile(join(folder, SECOND), "two");
    const collector = await startFolder({ folder, kind });
    await rename(join(folder, FIRST), join(folder, `${FIRST}.part`));
    // Writing under another name keeps the inode for sure, as a file system does that gives it to the next file.
    await rename(join(folder, SECOND), join(folder, "x.txt"));
    await writeFile(join(folder, "x.txt"), "other content");
    await collector.pass(2 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["other content"]);
    expect(collector.gaps.map(({ from }) => from.split("@")[0])).toEqual([FIRST, SECOND]);
  });

  it("keeps the head of a file above fileBytesMax, unreadable; one of just so many bytes is whole", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), "x".repeat(100));
    await writeFile(join(folder, SECOND), "y".repeat(101));
    const { records } = await startFolder({
      folder,
      kind,
      stopAtEnd: true,
      options: { fileBytesMax: 100 },
      limits: { headBytes: 10 },
    });
    expect(textsOf(records)).toEqual(["x".repeat(100), "y".repeat(10)]);
    expect(records[0]).not.toHaveProperty("unreadableBecause");
    expect(records[1]).toMatchObject({
      truncatedFromBytes: 101,
      unreadableBecause: expect.stringContaining("101 bytes, and 100 are allowed") as string,
    });
  });

  it("follows filesMax files; with one more it says so, and takes it when there is room", async () => {
    const folder = await temporaryFolder();
    for (const name of ["a", "b", "c"]) await writeFile(join(folder, name), name);
    const collector = await startFolder({ folder, kind, options: { filesMax: 2 } });
    await collector.pass(2 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["a", "b"]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: true });
    await rm(join(folder, "a"));
    await collector.pass(3 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["a", "b", "c"]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false, behind: [] });
  });

  it("hands in batches that end at their limits, and loses none of a rejected one", async () => {
    const folder = await temporaryFolder();
    for (const name of ["a", "b", "c", "d", "e"]) await writeFile(join(folder, name), name);
    const limits = { batchRecordsMax: 2 };
    const collector = await startFolder({ folder, kind, limits, acceptsLeft: 1 });
    await collector.pass(2 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["a", "b"]);
    expect(collector.logged.join()).toContain("it is read and handed in again");
    collector.acceptsLeft = Infinity;
    await collector.pass(2_000);
    expect(textsOf(collector.records)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it.each([
    [9, 4],
    [10, 3],
    [11, 3],
  ])(
    "hands in batchBytesMax at once, here 30, with the file that reaches them (%i)",
    async (third, count) => {
      const folder = await temporaryFolder();
      for (const [n, length] of [10, 10, third, 1].entries())
        await writeFile(join(folder, `f${n}`), String(n).repeat(length));
      const limits = { batchBytesMax: 30 };
      const collector = await startFolder({ folder, kind, limits, acceptsLeft: 1 });
      await collector.pass(2 * QUIET_MS);
      expect(collector.records).toHaveLength(count);
    },
  );

  it("is failing while its folder is not there, and goes on when it is", async () => {
    const folder = join(await temporaryFolder(), "later [1]");
    const collector = await startFolder({ folder, kind });
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: true, caughtUpAt: null });
    await mkdir(folder);
    await writeFile(join(folder, FIRST), "one");
    await collector.pass(2 * QUIET_MS);
    expect(textsOf(collector.records)).toEqual(["one"]);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false });
  });
});
