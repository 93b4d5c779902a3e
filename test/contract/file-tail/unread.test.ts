import { appendFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail, type RunningTail } from "./harness.ts";

/** Only one file is open, and only one accept is under way: whatever it is of keeps all others from being read. */
const ONE_AT_ONCE = { filesOpenMax: 1, acceptsInFlightMax: 1 };

/** A tail whose accept of "busy.log" is under way, so that nothing else is read or opened. */
async function startBusy(
  folder: string,
  limits: Record<string, number> = ONE_AT_ONCE,
): Promise<RunningTail> {
  const tail = await startTail({ folder, limits });
  await tail.poll();
  tail.hold(true);
  await appendFile(join(folder, "busy.log"), "busy\n");
  await tail.poll();
  expect(tail.openAccepts).toHaveLength(1);
  return tail;
}

async function goOn(tail: RunningTail): Promise<void> {
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.poll(10);
}

it("rotation matrix, deletion beats the poll: a file that is deleted unread, and was not open, is declared with its range", async () => {
  const folder = await temporaryFolder();
  const tail = await startBusy(folder);
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  await tail.poll();
  await rename(path, `${path}.1`);
  await writeFile(path, "two\n");
  await tail.poll();
  await unlink(`${path}.1`);
  await tail.poll();
  await goOn(tail);
  expect(tail.texts).toEqual(["busy", "two"]);
  expect(tail.gaps).toMatchObject([
    {
      from: expect.stringMatching(/:0$/) as string,
      to: expect.stringMatching(/:4$/) as string,
      sizeBytes: 4,
      cause: expect.stringContaining("deleted before it was read") as string,
    },
  ]);
});

it("deletion beats the poll, of a file that was read before: the gap has what a look saw behind that, and no more", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const tail = await startBusy(folder);
  await appendFile(path, "two\n");
  await tail.poll();
  await appendFile(path, "never seen\n");
  await unlink(path);
  await tail.poll();
  await goOn(tail);
  expect(tail.texts.toSorted()).toEqual(["busy", "one"]);
  expect(tail.gaps).toMatchObject([
    {
      from: expect.stringMatching(/:4$/) as string,
      to: expect.stringMatching(/:8$/) as string,
      sizeBytes: 4,
    },
  ]);
});

it("deletion beats the poll, before anything of the file was unread: nothing is declared", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const tail = await startBusy(folder);
  await unlink(path);
  await tail.poll();
  await goOn(tail);
  expect(tail.gaps).toEqual([]);
});

it("deletion while nobody looks, of what a look saw and did not read: the gap has that", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const first = await startTail({ folder, checkpoints, limits: { saveMs: 0 }, isHeld: true });
  await appendFile(path, "two\n");
  await first.poll(2);
  await first.crash();
  await unlink(path);
  const second = await startTail({ folder, checkpoints });
  await second.poll(5);
  expect(second.gaps).toMatchObject([{ to: expect.stringMatching(/:8$/) as string, sizeBytes: 8 }]);
});

it.each([
  [1, 2],
  [2, 1],
  [3, 1],
])(
  "firstBytesMax %i: two files that come at once are told from what takes their place after %i looks",
  async (firstBytesMax, looks) => {
    const folder = await temporaryFolder();
    const tail = await startBusy(folder, { ...ONE_AT_ONCE, firstBytesMax });
    for (const name of ["a", "b"]) await writeFile(join(folder, `${name}.log`), "one\n");
    await tail.poll(looks);
    for (const name of ["a", "b"]) await writeFile(join(folder, `${name}.log`), `${name} longer\n`);
    await goOn(tail);
    expect(tail.texts.toSorted()).toEqual(["a longer", "b longer", "busy"]);
    expect(tail.gaps).toHaveLength(2);
  },
);

it("firstBytesMax, of files that grow without an end: each is compared in its turn, and what was compared of the old content is declared", async () => {
  const folder = await temporaryFolder();
  const tail = await startBusy(folder, { ...ONE_AT_ONCE, firstBytesMax: 1 });
  const paths = ["a.log", "b.log", "c.log"].map((name) => join(folder, name));
  for (const path of paths) await writeFile(path, "one\n");
  await tail.poll(3);
  for (let times = 0; times < 3; times++) {
    for (const path of paths) await appendFile(path, "more\n");
    await tail.poll();
  }
  for (const path of paths) await writeFile(path, "another and longer than that\n");
  await goOn(tail);
  expect(tail.gaps.map(({ sizeBytes }) => sizeBytes)).toEqual([9, 14, 19]);
  expect(tail.count).toBe(4);
});

it("never looked at, and its inode taken by a compressed file: the bytes of that one are not taken for its own", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  const tail = await startBusy(folder, { ...ONE_AT_ONCE, firstBytesMax: 1 });
  await writeFile(join(folder, "0.log"), "zero\n");
  await writeFile(path, "one\n");
  await tail.poll();
  await writeFile(`${path}.gz`, gzipSync("one\n"));
  // Writing in place and renaming keeps the inode for sure, as its reuse does by chance.
  await writeFile(path, gzipSync("of another\n"));
  await rename(path, join(folder, "b.log.gz"));
  await tail.poll(5);
  await goOn(tail);
  tail.clock.advance(40_000);
  await tail.poll(10);
  expect(tail.texts.toSorted()).toEqual(["busy", "of another", "one", "zero"]);
  expect(tail.gaps).toEqual([]);
});

it.each([
  ["open", { acceptsInFlightMax: 1 }],
  ["not open", ONE_AT_ONCE],
])(
  "copied and truncated while there is no room, %s: what is read of the new content is not declared",
  async (_, limits) => {
    const folder = await temporaryFolder();
    const path = join(folder, "audit.log");
    await writeFile(path, "one\n");
    const tail = await startBusy(folder, limits);
    await writeFile(path, "other\nand longer\n");
    await tail.poll();
    await appendFile(path, "and more\n");
    await tail.poll();
    await appendFile(path, "and even more\n");
    await goOn(tail);
    expect(tail.texts).toEqual(["one", "busy", "other", "and longer", "and more", "and even more"]);
    expect(tail.gaps).toEqual([]);
  },
);

it("copied and truncated, and shorter at first than what was read: what is read of the new content is not declared", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\ntwo\nthree\n");
  const tail = await startBusy(folder);
  await writeFile(path, "1\n");
  for (const text of ["and much more\n", "and more\n", "end\n"]) {
    await tail.poll();
    await appendFile(path, text);
  }
  await goOn(tail);
  expect(tail.texts.slice(3)).toEqual(["busy", "1", "and much more", "and more", "end"]);
  expect(tail.gaps).toEqual([]);
});

it("grown and then copied and truncated while there is no room: what a look saw of the old content is declared", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const tail = await startBusy(folder);
  await appendFile(path, "two\n");
  await tail.poll();
  await writeFile(path, "another and longer\n");
  await tail.poll();
  await goOn(tail);
  expect(tail.texts).toEqual(["one", "busy", "another and longer"]);
  expect(tail.gaps).toMatchObject([{ from: expect.stringMatching(/:4$/) as string, sizeBytes: 4 }]);
});

it.each([
  ["open", { acceptsInFlightMax: 1 }],
  ["not open", ONE_AT_ONCE],
])(
  "rewritten to a larger size before anything of it was read, %s: what was there is declared, what is there is read",
  async (_, limits) => {
    const folder = await temporaryFolder();
    const tail = await startBusy(folder, limits);
    const path = join(folder, "audit.log");
    await writeFile(path, "one\n");
    await tail.poll();
    await appendFile(path, "two\n");
    await tail.poll();
    await writeFile(path, "another and longer\n");
    await tail.poll();
    await goOn(tail);
    expect(tail.texts).toEqual(["busy", "another and longer"]);
    expect(tail.gaps).toMatchObject([
      { from: expect.stringMatching(/:0$/) as string, sizeBytes: 8 },
    ]);
  },
);
