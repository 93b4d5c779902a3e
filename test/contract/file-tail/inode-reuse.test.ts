import { mkdir, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

const CREATIONS_MAX = 500;

/**
 * Removes the file and makes new ones until the file system gives one of them its inode, which gets the path and the content. Where it
 * never does so (btrfs, ZFS), the test says so and is skipped.
 */
async function replaceByReuse(
  { skip }: TestContext,
  path: string,
  content: string,
): Promise<string> {
  const { ino } = await stat(path, { bigint: true });
  const others = join(path, "..", "others");
  await mkdir(others);
  await unlink(path);
  for (let n = 0; n < CREATIONS_MAX; n++) {
    const made = join(others, String(n));
    await writeFile(made, content);
    if ((await stat(made, { bigint: true })).ino !== ino) continue;
    await rename(made, path);
    await rm(others, { recursive: true });
    return String(ino);
  }
  const why = `The file system gave none of ${CREATIONS_MAX} new files the inode ${ino} of a removed one`;
  console.warn(why);
  return skip(why);
}

const HEADER = `${"h".repeat(2_000)}\n`;

describe("an inode that is given to another file", () => {
  it.for([
    ["other content", "one\ntwo\n", "uno\ndos\ntres\n"],
    ["the same first line", `${HEADER}one\ntwo\n`, `${HEADER}uno\ndos\ntres\n`],
    ["other content of the same size", "one\ntwo\n", "uno\ndos\n"],
    ["less than was read", "one\ntwo\n", "uno\n"],
  ] as const)(
    "while nobody looks, with %s: it is read from 0, and nothing is declared",
    async ([, was, is], test) => {
      const folder = await temporaryFolder();
      const checkpoints = memoryCheckpoints();
      const path = join(folder, "audit.log");
      await writeFile(path, was);
      const first = await startTail({ folder, checkpoints });
      await first.stop();
      const inode = await replaceByReuse(test, path, is);
      const second = await startTail({ folder, checkpoints });
      await second.poll(5);
      expect(second.texts).toEqual(is.trimEnd().split("\n"));
      expect([...second.parts]).toEqual([expect.stringMatching(`:${inode}#1$`)]);
      expect(second.gaps).toEqual([]);
    },
  );

  it("while nobody looks, with all that was read and more: the rest is read", async (test) => {
    const folder = await temporaryFolder();
    const checkpoints = memoryCheckpoints();
    const path = join(folder, "audit.log");
    await writeFile(path, "one\n");
    await (await startTail({ folder, checkpoints })).stop();
    await replaceByReuse(test, path, "one\ntwo\n");
    const second = await startTail({ folder, checkpoints });
    expect(second.texts).toEqual(["two"]);
  });

  it("of a file that was read in part: the rest of that one is declared, once, and the new one is read from 0", async (test) => {
    const folder = await temporaryFolder();
    const checkpoints = memoryCheckpoints();
    const path = join(folder, "audit.log");
    await writeFile(path, "one\ntwo\n");
    const limits = { batchRecordsMax: 1, acceptsInFlightMax: 1, saveMs: 0 };
    const first = await startTail({ folder, checkpoints, limits, isHeld: true });
    first.openAccepts[0]?.resolve();
    await first.poll(5);
    await first.crash();
    const inode = await replaceByReuse(test, path, "first\nsecond\nthird\n");
    const second = await startTail({ folder, checkpoints });
    await second.poll(5);
    expect(second.texts).toEqual(["first", "second", "third"]);
    expect(second.gaps).toMatchObject([
      { from: expect.stringMatching(`:${inode}:4$`) as string, sizeBytes: 4 },
    ]);
  });

  it("while running, after the descriptor of the removed one was let go: it is read from 0, and nothing is declared", async (test) => {
    const folder = await temporaryFolder();
    const path = join(folder, "audit.log");
    await writeFile(path, "one\n");
    await writeFile(join(folder, "other.log"), "other\n");
    const tail = await startTail({ folder, limits: { filesOpenMax: 1 } });
    await tail.poll(3);
    await replaceByReuse(test, path, "first\nsecond\n");
    await tail.poll(5);
    expect(tail.texts.toSorted()).toEqual(["first", "one", "other", "second"]);
    expect(tail.gaps).toEqual([]);
  });
});
