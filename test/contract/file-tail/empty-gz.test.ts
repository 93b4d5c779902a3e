import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail, type MemoryCheckpoints } from "./harness.ts";

const LIMITS = { batchRecordsMax: 1, acceptsInFlightMax: 1, saveMs: 0 };
/** Longer than a compressed file has to be quiet. */
const POLLS = 200;
const GZ = gzipSync("one\ntwo\n");

interface Vanished {
  readonly folder: string;
  readonly away: string;
  readonly checkpoints: MemoryCheckpoints;
}

/** A log of two lines, of which so many are read, and that has vanished while nobody looked. */
async function vanished(linesRead: number): Promise<Vanished> {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\ntwo\n");
  const tail = await startTail({ folder, checkpoints, limits: LIMITS, isHeld: true });
  for (let line = 0; line < linesRead; line++) {
    tail.openAccepts[line]?.resolve();
    await tail.poll();
  }
  await tail.poll();
  await tail.crash();
  const away = join(await temporaryFolder(), "a.log");
  await rename(join(folder, "a.log"), away);
  return { folder, away, checkpoints };
}

/** Gaps of one run after the other, each as its bytes. */
async function gapsOfRuns(
  { folder, checkpoints }: Vanished,
  runs: number,
  polls: number,
): Promise<readonly string[]> {
  const gaps: string[] = [];
  for (let run = 0; run < runs; run++) {
    const tail = await startTail({ folder, checkpoints, limits: LIMITS });
    await tail.poll(polls);
    await tail.crash();
    gaps.push(
      ...tail.gaps.map(({ from, to }) => [from, to].map((at) => at.split(":").at(-1)).join("-")),
    );
    expect(tail.progress.at(-1)).toMatchObject({ behind: [] });
  }
  return gaps;
}

describe("a log that vanished before it was read, and whose inode a file of its name and .gz has that holds nothing", () => {
  it.each([
    ["unread, an empty file", 0, 0, Buffer.alloc(0), "0-8"],
    ["unread, compressed nothing", 0, 0, gzipSync(""), "0-8"],
    ["read in part, an empty file", 1, 0, Buffer.alloc(0), "4-8"],
    ["read in part, compressed nothing", 1, 0, gzipSync(""), "4-8"],
    ["unread and declared already, an empty file", 0, 1, Buffer.alloc(0), "0-8"],
    ["read in part and declared already, an empty file", 1, 1, Buffer.alloc(0), "4-8"],
  ])(
    "is declared once, whatever the number of looks and starts: %s",
    async (_, linesRead, runsBefore, content, range) => {
      const log = await vanished(linesRead);
      const before = await gapsOfRuns(log, runsBefore, POLLS);
      // Writing in place and renaming keeps the inode for sure, as its reuse does by chance.
      await writeFile(log.away, content);
      await rename(log.away, join(log.folder, "a.log.gz"));
      expect([...before, ...(await gapsOfRuns(log, 3, POLLS))]).toEqual([range]);
    },
  );

  it.each([
    ["unread", 0, "0-8"],
    ["read in part", 1, "4-8"],
  ])(
    "is declared once where that file has another inode, and comes when it was declared: %s",
    async (_, linesRead, range) => {
      const log = await vanished(linesRead);
      const before = await gapsOfRuns(log, 1, POLLS);
      await writeFile(join(log.folder, "a.log.gz"), "");
      expect([...before, ...(await gapsOfRuns(log, 3, POLLS))]).toEqual([range]);
    },
  );

  it.each([
    ["unread, in one member", 0, [GZ]],
    ["unread, with a member of nothing at its end", 0, [GZ, gzipSync("")]],
    ["read in part", 1, [GZ]],
  ])(
    "is read after all, from where it was read to, where the file gets what it held: %s",
    async (_, linesRead, members) => {
      const log = await vanished(linesRead);
      expect(await gapsOfRuns(log, 1, POLLS)).toHaveLength(1);
      await writeFile(log.away, Buffer.concat(members));
      await rename(log.away, join(log.folder, "a.log.gz"));
      const { folder, checkpoints } = log;
      const tail = await startTail({ folder, checkpoints });
      await tail.poll(POLLS);
      expect(tail.texts).toEqual(["one", "two"].slice(linesRead));
      expect(tail.gaps).toEqual([]);
    },
  );
});
