import { appendFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";
import { lines, textOf } from "./lines.ts";

const QUIET = { quietMs: 1_000 };

it.each([0, 1, 17, 200, 1_500])(
  "truncated gz of %i bytes: lines before its end are kept, and the rest is declared once",
  async (sizeBytes) => {
    const folder = await temporaryFolder();
    const checkpoints = memoryCheckpoints();
    const all = lines(2_000);
    const whole = gzipSync(textOf(all));
    await writeFile(join(folder, "a.log.gz"), whole.subarray(0, sizeBytes));
    const first = await startTail({ folder, checkpoints, limits: QUIET });
    await first.poll(20);
    const read = first.texts.join("\n");
    expect(textOf(all).startsWith(read)).toBe(true);
    if (sizeBytes > 1_000) expect(read.length).toBeGreaterThan(1_000);
    const [part] = first.parts.size > 0 ? first.parts : [""];
    const from = Math.max(0, read.length);
    expect(first.gaps).toMatchObject([{ sizeBytes: null, count: null }]);
    if (part !== "")
      expect(first.gaps).toMatchObject([{ from: `${part}:${from}`, to: `${part}:end` }]);
    expect(first.logged.filter(({ level }) => level === "error")).toHaveLength(1);
    await first.stop();
    const second = await startTail({ folder, checkpoints, limits: QUIET });
    await second.poll(10);
    expect([second.texts, second.gaps]).toEqual([[], []]);
  },
);

it("corrupt gz: every whole line before the fault is kept, what is behind it is declared, and it is said once", async () => {
  const folder = await temporaryFolder();
  const all = Array.from({ length: 20_000 }, (_, n) => `line ${(n * 7_919) % 100_003}`);
  const member = gzipSync(textOf(all));
  await writeFile(join(folder, "a.log.gz"), Buffer.concat([member, Buffer.from("garbage")]));
  const bad = Buffer.from(gzipSync("one\ntwo\n"));
  bad.fill(1, bad.length - 8);
  await writeFile(join(folder, "b.log.gz"), bad);
  const tail = await startTail({ folder, limits: QUIET });
  await tail.poll(20);
  expect(tail.texts).toEqual([...all, "one", "two"]);
  expect(tail.gaps.map(({ cause }) => cause)).toEqual([
    expect.stringContaining("incorrect header check"),
    expect.stringContaining("incorrect data check"),
  ]);
  expect(tail.logged.filter(({ level }) => level === "error")).toHaveLength(2);
});

it("a gz that breaks off behind what was read of the plain file: the gap has its exact range", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit-1.log");
  const all = lines(3_000);
  await writeFile(path, textOf(all));
  const limits = { ...QUIET, batchRecordsMax: 100, acceptsInFlightMax: 1, saveMs: 0 };
  const first = await startTail({ folder, checkpoints, limits, isHeld: true });
  first.openAccepts[0]?.resolve();
  await first.poll(3);
  await first.crash();
  const whole = gzipSync(textOf(all));
  await writeFile(`${path}.gz`, whole.subarray(0, whole.length - 1_000));
  await unlink(path);
  const second = await startTail({ folder, checkpoints, limits });
  await second.poll(60);
  const read = second.texts.join("\n");
  const rest = textOf(all.slice(100));
  expect(rest.startsWith(read)).toBe(true);
  expect(read.length).toBeGreaterThan(1_000);
  expect(second.gaps).toMatchObject([{ sizeBytes: rest.length - read.length }]);
});

it("gz still being written: it waits, and finishes", async () => {
  const folder = await temporaryFolder();
  const all = lines(3_000);
  const whole = gzipSync(textOf(all));
  const path = join(folder, "a.log.gz");
  const tail = await startTail({ folder, limits: QUIET });
  for (let from = 0; from < whole.length; from += 700) {
    await appendFile(path, whole.subarray(from, from + 700));
    await tail.poll(2);
  }
  await tail.poll(10);
  expect(tail.texts).toEqual(all);
  expect(tail.gaps).toEqual([]);
});

it("gz that is written again from its beginning, as after a crash of the writer: each line comes", async () => {
  const folder = await temporaryFolder();
  const all = lines(3_000);
  const path = join(folder, "a.log.gz");
  await writeFile(path, gzipSync(textOf(all), { level: 1 }).subarray(0, 3_000));
  const tail = await startTail({ folder, limits: QUIET });
  await tail.poll(2);
  await writeFile(path, gzipSync(textOf(all), { level: 9 }));
  await tail.poll(20);
  expect(tail.texts).toEqual(all);
  expect(tail.gaps).toEqual([]);
});

it("gz that vanishes while it is behind and not open: the loss is declared, of unknown size", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log.gz"), gzipSync(textOf(lines(300))));
  const limits = { batchRecordsMax: 100, acceptsInFlightMax: 1, saveMs: 0 };
  const first = await startTail({ folder, checkpoints, limits, isHeld: true });
  first.openAccepts[0]?.resolve();
  await first.poll(2);
  await first.crash();
  await unlink(join(folder, "a.log.gz"));
  const second = await startTail({ folder, checkpoints });
  await second.poll(5);
  const [part] = first.parts;
  const from = textOf(lines(100)).length;
  expect(second.gaps).toMatchObject([
    { from: `${part}:${from}`, to: `${part}:end`, sizeBytes: null },
  ]);
});

it("gzip bomb: NULs and one long line that are a thousand times the file take bounded memory", async () => {
  const folder = await temporaryFolder();
  const size = 128 * 1024 * 1024;
  const path = join(folder, "zeros.log.gz");
  await writeFile(path, Buffer.concat([gzipSync(Buffer.alloc(size)), gzipSync("\nafter zeros\n")]));
  const one = gzipSync(Buffer.alloc(size, "x"));
  await writeFile(join(folder, "line.log.gz"), Buffer.concat([one, gzipSync("\nafter line\n")]));
  expect((await stat(path)).size).toBeLessThan(200_000);
  const before = process.memoryUsage.rss();
  const tail = await startTail({ folder, limits: QUIET });
  await tail.poll(10);
  expect(tail.texts.map((text) => text.slice(0, 20))).toEqual(
    expect.arrayContaining(["", "after zeros", "x".repeat(20), "after line"]),
  );
  expect(tail.records.find(({ truncatedFromBytes }) => truncatedFromBytes !== null)).toMatchObject({
    truncatedFromBytes: size,
  });
  expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
}, 60_000);

it.each([0, 1, 500])(
  "a gz that breaks off, of a plain file of %i lines that was read to its end and is gone: nothing is declared, and nothing comes twice",
  async (count) => {
    const folder = await temporaryFolder();
    const path = join(folder, "audit-1.log");
    const all = lines(count);
    await writeFile(path, textOf(all));
    const tail = await startTail({ folder, limits: QUIET });
    const whole = gzipSync(textOf(all));
    await writeFile(`${path}.gz`, whole.subarray(0, whole.length >> 1));
    await tail.poll(2);
    await unlink(path);
    await tail.poll(20);
    expect([tail.texts, tail.gaps]).toEqual([all, []]);
  },
);

it("a gz that breaks off, of a plain file that was read and whose inode went to the next log: nothing is declared", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit-1.log");
  await writeFile(join(folder, "audit.log"), "one\n");
  const tail = await startTail({ folder, limits: QUIET });
  await rename(join(folder, "audit.log"), path);
  await tail.poll(10);
  await writeFile(`${path}.gz`, "");
  await tail.poll(2);
  // Writing in place keeps the inode for sure.
  await writeFile(path, "two\n");
  await rename(path, join(folder, "audit.log"));
  await tail.poll(20);
  expect([tail.texts, tail.gaps]).toEqual([["one", "two"], []]);
});
