import { appendFile, copyFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

it("truncate then write, observed: the new lines are read, under a new epoch", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\ntwo\n");
  const tail = await startTail({ folder });
  await truncate(path, 0);
  await tail.poll(2);
  await appendFile(path, "three\n");
  await tail.poll();
  expect(tail.texts).toEqual(["one", "two", "three"]);
  expect(tail.records.at(-1)?.position).toBe(`${[...tail.parts][0]}#1:0`);
  expect(tail.gaps).toEqual([]);
});

it("truncate + rewrite between polls to a larger size: it is detected, read from 0 and said, and no loss is declared, since all that was seen was read", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\ntwo\n");
  const tail = await startTail({ folder });
  await writeFile(path, "first\nsecond\nthird\n");
  await tail.poll(2);
  expect(tail.texts).toEqual(["one", "two", "first", "second", "third"]);
  expect(tail.logged.filter(({ level }) => level === "warn")).toMatchObject([
    {
      fields: { source: "audit", path, offset: 8 },
      text: expect.stringContaining("It is read from its beginning") as string,
    },
  ]);
  expect(tail.gaps).toEqual([]);
});

it("truncate + rewrite between polls to a larger size, behind what was read: what was seen and not read is declared in an event", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\ntwo\n");
  const limits = { acceptsInFlightMax: 1, batchRecordsMax: 1 };
  const tail = await startTail({ folder, isHeld: true, limits });
  await writeFile(path, "first\nsecond\nthird\n");
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.poll(3);
  const [part] = tail.parts;
  expect(tail.texts).toEqual(["one", "first", "second", "third"]);
  expect(tail.gaps).toMatchObject([
    {
      from: `${part}:4`,
      to: `${part}:8`,
      sizeBytes: 4,
      cause: expect.stringContaining("was replaced") as string,
    },
  ]);
});

it("truncate + rewrite to the same size and the same first line: the bytes before the offset tell", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  const filler = `${"x".repeat(2_000)}\n`;
  await writeFile(path, `${filler}aaa\n`);
  const tail = await startTail({ folder });
  await writeFile(path, `${filler}bbb\n`);
  await utimes(path, 1, 1);
  await tail.poll(2);
  expect(tail.texts).toEqual([filler.trim(), "aaa", filler.trim(), "bbb"]);
});

it("truncation of bytes that were seen and not read: the loss is declared with its range", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\ntwo\nthree\n");
  const limits = { acceptsInFlightMax: 1, batchRecordsMax: 1 };
  const tail = await startTail({ folder, isHeld: true, limits });
  await writeFile(path, "new\n");
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.poll(3);
  const [part] = tail.parts;
  expect(tail.texts).toEqual(["one", "new"]);
  expect(tail.gaps).toMatchObject([{ from: `${part}:4`, to: `${part}:14`, sizeBytes: 10 }]);
});

it("copytruncate across restart: only new lines of the file come", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "a.log");
  const options = { include: [path] };
  await writeFile(path, "one\ntwo\n");
  await (await startTail({ folder, checkpoints, options })).stop();
  await copyFile(path, `${path}.1`);
  await writeFile(path, "three\n");
  const tail = await startTail({ folder, checkpoints, options });
  expect(tail.texts).toEqual(["three"]);
});

it("copytruncate with a stale writer: the event behind a hole above the longest line is whole", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\n");
  const tail = await startTail({ folder, options: { lineBytesMax: 1_000 } });
  await truncate(path, 0);
  await truncate(path, 5_000);
  await appendFile(path, "glued\nnext\n");
  await tail.poll(3);
  expect(tail.texts).toEqual(["one", "glued", "next"]);
});

it("truncate while a batch is in flight: the old epoch's accept does not move the new epoch", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "a.log");
  await writeFile(path, "one\ntwo\n");
  const tail = await startTail({ folder, checkpoints, isHeld: true });
  await writeFile(path, "a\nb\nc\nd\ne\nf\n");
  await tail.poll(2);
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.poll(5);
  expect(tail.texts).toEqual(["one", "two", "a", "b", "c", "d", "e", "f"]);
  await tail.stop();
  expect(checkpoints.document).toMatchObject({ files: [{ epoch: 1, offset: 12 }, { offset: 8 }] });
});
