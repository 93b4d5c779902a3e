import { appendFile, copyFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";
import { lines, textOf } from "./lines.ts";

const QUIET = { quietMs: 1_000 };

it("gz static file: all lines come, once, and over a restart too", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const all = lines(5_000);
  await writeFile(join(folder, "audit-1.log.gz"), gzipSync(textOf(all)));
  const first = await startTail({ folder, checkpoints, limits: QUIET });
  await first.poll(10);
  expect(first.texts).toEqual(all);
  expect(first.progress.at(-1)).toMatchObject({ behind: [], isFailing: false });
  await first.stop();
  const second = await startTail({ folder, checkpoints, limits: QUIET });
  await second.poll(10);
  expect([second.texts, second.gaps]).toEqual([[], []]);
});

it("gz with --once: it is read to its end, and a second run reads nothing", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "audit-1.log.gz"), gzipSync("one\ntwo\nrest"));
  const first = await startTail({ folder, checkpoints, stopAtEnd: true });
  await first.run;
  const second = await startTail({ folder, checkpoints, stopAtEnd: true });
  await second.run;
  expect([first.texts, second.texts, second.gaps]).toEqual([["one", "two", "rest"], [], []]);
});

it("multi-member gz, with NULs between the members: all of them come", async () => {
  const folder = await temporaryFolder();
  const members = ["one\ntw", "o\n", "", "three\n"].map((text) => gzipSync(text));
  const padded = [...members, Buffer.alloc(700), gzipSync("four\n"), Buffer.alloc(20_000)];
  await writeFile(join(folder, "a.log.gz"), Buffer.concat(padded));
  const tail = await startTail({ folder, limits: QUIET });
  await tail.poll(10);
  expect(tail.texts).toEqual(["one", "two", "three", "four"]);
  expect(tail.gaps).toEqual([]);
});

it("kill -9 in the middle of a gz: it is read on from the last durable decompressed offset", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const all = lines(3_000);
  await writeFile(join(folder, "a.log.gz"), gzipSync(textOf(all)));
  const limits = { ...QUIET, batchRecordsMax: 500, acceptsInFlightMax: 1, saveMs: 0 };
  const first = await startTail({ folder, checkpoints, limits, isHeld: true });
  first.openAccepts[0]?.resolve();
  await first.poll();
  first.openAccepts[1]?.resolve();
  await first.poll(2);
  await first.crash();
  expect(first.texts).toEqual(all.slice(0, 1_000));
  const second = await startTail({ folder, checkpoints, limits });
  await second.poll(20);
  expect(second.texts).toEqual(all.slice(1_000));
  expect(second.records[0]?.position.split(":").at(-1)).toBe(
    String(textOf(all.slice(0, 1_000)).length),
  );
});

it("rotate + compress while behind and stopped: the remainder comes from the gz, and nothing twice", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit.log");
  const all = lines(2_000);
  await writeFile(path, textOf(all.slice(0, 1_000)));
  await (await startTail({ folder, checkpoints })).stop();
  await appendFile(path, textOf(all.slice(1_000)));
  await writeFile(join(folder, "audit-1.log.gz"), gzipSync(textOf(all)));
  await unlink(path);
  await writeFile(path, "next\n");
  const second = await startTail({ folder, checkpoints, limits: QUIET });
  await second.poll(20);
  expect(second.texts.toSorted()).toEqual([...all.slice(1_000), "next"].toSorted());
  expect(second.gaps).toEqual([]);
});

it("rotate + compress while running: a plain file that was read is not read again from its gz", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  const tail = await startTail({ folder, limits: QUIET });
  const all = lines(900);
  for (let round = 0; round < 3; round++) {
    const some = all.slice(round * 300, round * 300 + 300);
    const rotated = join(folder, `audit-${round}.log`);
    await appendFile(path, textOf(some));
    await tail.poll();
    await rename(path, rotated);
    const whole = gzipSync(textOf(some));
    await writeFile(`${rotated}.gz`, whole.subarray(0, 50));
    await tail.poll(2);
    await writeFile(`${rotated}.gz`, whole);
    await tail.poll();
    await unlink(rotated);
    await tail.poll(2);
  }
  await tail.poll(20);
  expect(tail.texts).toEqual(all);
  expect(tail.gaps).toEqual([]);
  expect(tail.progress.at(-1)?.behind).toEqual([]);
});

it("gz swap during downtime where the inode went to the next log: the remainder comes from the gz", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit.log");
  const all = lines(500);
  await writeFile(path, textOf(all));
  const first = await startTail({ folder, checkpoints, isHeld: true, limits: { saveMs: 0 } });
  await first.poll(3);
  await first.crash();
  await writeFile(join(folder, "audit-1.log.gz"), gzipSync(textOf(all)));
  // Writing in place keeps the inode for sure.
  await writeFile(path, "next\n");
  const second = await startTail({ folder, checkpoints, limits: QUIET });
  await second.poll(20);
  expect(second.texts.toSorted()).toEqual([...all, "next"].toSorted());
  expect(second.gaps).toEqual([]);
});

it("inode reuse between gz files: each one that takes the inode of another is read", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit-1.log.gz");
  await writeFile(path, gzipSync("one\ntwo\n"));
  const first = await startTail({ folder, checkpoints, limits: QUIET });
  await first.poll(10);
  await rename(path, join(folder, "audit-2.log.gz"));
  await writeFile(join(folder, "audit-2.log.gz"), gzipSync("uno\ndos\n"));
  await first.poll(20);
  expect(first.texts).toEqual(["one", "two", "uno", "dos"]);
  expect(first.gaps).toEqual([]);
  await first.stop();
  await rename(join(folder, "audit-2.log.gz"), join(folder, "audit.log"));
  await writeFile(join(folder, "audit.log"), "plain\n");
  const second = await startTail({ folder, checkpoints, limits: QUIET });
  await second.poll(10);
  expect([second.texts, second.gaps]).toEqual([["plain"], []]);
});

it("a gz that was renamed by the next rotation is not read again", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log.1.gz"), gzipSync("one\n"));
  const tail = await startTail({ folder, limits: QUIET });
  await tail.poll(10);
  await rename(join(folder, "a.log.1.gz"), join(folder, "a.log.2.gz"));
  await copyFile(join(folder, "a.log.2.gz"), join(folder, "copy.log.gz"));
  await tail.poll(20);
  expect(tail.texts).toEqual(["one"]);
});

it.each([
  ["two files with the same long beginning", "h".repeat(3_000)],
  ["two files with the same short beginning", "head"],
])("identical first lines, %s: each is found in its own gz", async (_, header) => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const contents = ["a", "b"].map((name) => [header, ...lines(300, name)]);
  for (const [n, content] of contents.entries())
    await writeFile(join(folder, `${n}.log`), textOf(content.slice(0, 200 + n * 50)));
  await (await startTail({ folder, checkpoints })).stop();
  for (const [n, content] of contents.entries()) {
    await unlink(join(folder, `${n}.log`));
    await writeFile(join(folder, `rotated-${n}.log.gz`), gzipSync(textOf(content)));
  }
  const second = await startTail({ folder, checkpoints, limits: QUIET });
  await second.poll(20);
  const rest = contents.flatMap((content, n) => content.slice(200 + n * 50));
  expect(second.texts.toSorted()).toEqual(rest.toSorted());
  expect(second.gaps).toEqual([]);
});

it("start now: compressed files that are there at the very first run are left", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "old.log.gz"), gzipSync("old\n"));
  const options = { start: "now" as const };
  const first = await startTail({ folder, checkpoints, options, limits: QUIET });
  await first.poll(10);
  await writeFile(join(folder, "new.log.gz"), gzipSync("new\n"));
  await first.poll(10);
  await first.stop();
  const second = await startTail({ folder, checkpoints, options, limits: QUIET });
  await second.poll(10);
  expect([first.texts, second.texts]).toEqual([["new"], []]);
});

it("a gz of the live log's own name, with what the log held before it was truncated: the remainder comes from it", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  const all = lines(200);
  await writeFile(path, textOf(all.slice(0, 100)));
  const tail = await startTail({ folder, limits: QUIET });
  await writeFile(`${path}.gz`, gzipSync(textOf(all)));
  await writeFile(path, "next\n");
  await tail.poll(20);
  await appendFile(path, "more\n");
  await tail.poll(5);
  expect(tail.texts.toSorted()).toEqual([...all, "next", "more"].toSorted());
  expect(tail.gaps).toEqual([]);
});

it("two gz of one beginning and one length: the second is not taken for the first, which was read", async () => {
  const folder = await temporaryFolder();
  const header = "h".repeat(2_000);
  await writeFile(join(folder, "a.log"), `${header}\none\n`);
  const tail = await startTail({ folder, limits: QUIET });
  await writeFile(join(folder, "b.log.gz"), gzipSync(`${header}\ntwo\n`));
  await tail.poll(10);
  expect(tail.texts).toEqual([header, "one", header, "two"]);
});

it("a torn last line that was handed in from the plain file does not come again from its gz", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit-1.log");
  await writeFile(join(folder, "audit.log"), "one\ntorn");
  const tail = await startTail({ folder, limits: QUIET });
  await rename(join(folder, "audit.log"), path);
  await tail.poll(10);
  await writeFile(join(folder, "moved.log.gz"), gzipSync("one\ntorn"));
  await unlink(path);
  await tail.poll(20);
  expect([tail.texts, tail.gaps]).toEqual([["one", "torn"], []]);
});

it("a gz that waited for its plain file when the process died is not read from its beginning after the restart", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit-1.log");
  const all = lines(50);
  await writeFile(path, textOf(all));
  await writeFile(`${path}.gz`, gzipSync(textOf(all)));
  const first = await startTail({ folder, checkpoints, limits: QUIET });
  await first.poll(2);
  await first.stop();
  await unlink(path);
  const second = await startTail({ folder, checkpoints, limits: QUIET });
  await second.poll(20);
  expect([first.texts, second.texts, second.gaps]).toEqual([all, [], []]);
});

it("rotate + compress while behind and stopped, and the inode goes to an empty new log: nothing is declared lost", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\ntwo\n");
  const first = await startTail({ folder, checkpoints, isHeld: true, limits: { saveMs: 0 } });
  await first.poll(3);
  await first.crash();
  const hidden = join(await temporaryFolder(), "audit.log");
  await rename(path, hidden);
  await writeFile(join(folder, "audit-1.log.gz"), gzipSync("one\ntwo\n"));
  const second = await startTail({ folder, checkpoints, limits: QUIET });
  // Writing in place keeps the inode for sure.
  await writeFile(hidden, "");
  await rename(hidden, path);
  await second.poll(5);
  expect([second.texts, second.gaps]).toEqual([["one", "two"], []]);
});

it("truncate, then rotate + compress between two polls: what the held descriptor gives does not come again from the gz", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const tail = await startTail({ folder, limits: QUIET });
  await writeFile(path, "a second content\n");
  await rename(path, join(folder, "audit-1.log"));
  await writeFile(join(folder, "audit-1.log.gz"), gzipSync("a second content\n"));
  await unlink(join(folder, "audit-1.log"));
  await tail.poll(20);
  expect([tail.texts, tail.gaps]).toEqual([["one", "a second content"], []]);
});

it("copytruncate, the copy compressed at once: the gz is known, and the truncated file's next content is not measured by it", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  const all = lines(30);
  await writeFile(path, textOf(all));
  const tail = await startTail({ folder, limits: QUIET });
  for (let round = 0; round < 5; round++) {
    await writeFile(join(folder, `audit-${round}.log.gz`), gzipSync(textOf(all)));
    await writeFile(path, "");
    await tail.poll(10);
  }
  expect([tail.texts, tail.gaps]).toEqual([all, []]);
});
