import { hash } from "node:crypto";
import { appendFile, open, rename, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

it("partial line at EOF then completed: it waits and is one record, and the source is not behind for it", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\nabc");
  const tail = await startTail({ folder });
  await tail.poll();
  tail.clock.advance(24 * 3_600_000);
  await tail.poll(3);
  expect(tail.texts).toEqual(["one"]);
  expect(tail.progress.at(-1)?.behind).toEqual([]);
  await appendFile(join(folder, "a.log"), "def\n");
  await tail.poll();
  expect(tail.texts).toEqual(["one", "abcdef"]);
});

it("partial line across restart: it is one record, once", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\nabc");
  const first = await startTail({ folder, checkpoints });
  await first.stop();
  await appendFile(join(folder, "a.log"), "def\n");
  const second = await startTail({ folder, checkpoints });
  expect([first.texts, second.texts]).toEqual([["one"], ["abcdef"]]);
});

it("no trailing newline in a renamed file: its last line is handed in once the file has been quiet", async () => {
  const folder = await temporaryFolder();
  const limits = { quietMs: 1_000 };
  await writeFile(join(folder, "audit.log"), "one\ntorn");
  const tail = await startTail({ folder, limits });
  await rename(join(folder, "audit.log"), join(folder, "audit-2026.log"));
  await tail.poll(2);
  expect(tail.texts).toEqual(["one"]);
  await tail.poll(20);
  expect(tail.texts).toEqual(["one", "torn"]);
});

it("idle flush then rest arrives: the last line of a renamed file comes whole when its writer ends it after it was handed in", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const limits = { quietMs: 1_000 };
  await writeFile(join(folder, "audit.log"), "one\ntorn");
  const first = await startTail({ folder, limits, checkpoints });
  await rename(join(folder, "audit.log"), join(folder, "audit-2026.log"));
  await first.poll(20);
  await first.stop();
  await appendFile(join(folder, "audit-2026.log"), " line\n");
  const second = await startTail({ folder, limits, checkpoints });
  expect([first.texts, second.texts]).toEqual([["one", "torn"], ["torn line"]]);
});

it("last line of a renamed file waits again when it grows while it is being handed in", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "audit.log"), "torn");
  const tail = await startTail({ folder, limits: { quietMs: 1_000 }, isHeld: true });
  await rename(join(folder, "audit.log"), join(folder, "audit-2026.log"));
  await tail.poll(10);
  expect(tail.openAccepts).toHaveLength(1);
  await appendFile(join(folder, "audit-2026.log"), " li");
  await tail.poll();
  expect(tail.openAccepts).toHaveLength(1);
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.poll();
  await appendFile(join(folder, "audit-2026.log"), "ne\n");
  await tail.poll();
  expect(tail.texts).toEqual(["torn", "torn line"]);
});

it("empty, leading and multiple empty lines: they are handed in, and progress goes on", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "\n\nx\n\n");
  const first = await startTail({ folder, checkpoints });
  await first.stop();
  const second = await startTail({ folder, checkpoints });
  expect([first.texts, second.texts]).toEqual([["", "", "x", ""], []]);
});

it("CRLF: bytes are kept exactly as the origin wrote them, the line feed alone is left out", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\r\ntwo\r\n");
  const tail = await startTail({ folder, limits: { chunkBytes: 4 } });
  expect(tail.texts).toEqual(["one\r", "two\r"]);
});

it.for([
  [99, false],
  [100, false],
  [101, true],
  [150, true],
  [1_000, true],
] as const)(
  "line == max, max + 1, max + buffer edge: of %i bytes where 100 are allowed, its neighbours are intact, and it is cut: %s",
  async ([length, isCut]) => {
    const folder = await temporaryFolder();
    const long = "x".repeat(length);
    await writeFile(join(folder, "a.log"), `before\n${long}\nafter\n`);
    for (const chunkBytes of [10, 50, 107, 108, 109, 10_000]) {
      const tail = await startTail({
        folder,
        options: { lineBytesMax: 100 },
        limits: { chunkBytes, headBytes: 20 },
      });
      expect(tail.texts).toEqual(["before", isCut ? "x".repeat(20) : long, "after"]);
      expect(tail.records.map(({ truncatedFromBytes }) => truncatedFromBytes)).toEqual([
        null,
        isCut ? length : null,
        null,
      ]);
      expect(tail.records[1]?.wholeSha256).toBe(isCut ? hash("sha256", long) : undefined);
    }
  },
);

it("40 KB, 100 KB, 1.5 MB and 4 MiB audit lines between small ones: all are whole", async () => {
  const folder = await temporaryFolder();
  const lines = [40_000, 100_000, 1_500_000, 4 * 1024 * 1024].flatMap((bytes) => [
    `before ${bytes}`,
    "x".repeat(bytes),
  ]);
  await writeFile(join(folder, "a.log"), `${lines.join("\n")}\nafter\n`);
  const tail = await startTail({ folder });
  expect(tail.records.map(({ bytes }) => bytes.length)).toEqual(
    [...lines, "after"].map((line) => line.length),
  );
  expect(tail.records.every(({ truncatedFromBytes }) => truncatedFromBytes === null)).toBe(true);
});

it("40 KB, 100 KB, 1.5 MB, 16 MB audit line: one above the limit comes as head, digest and length, and the file goes on", async () => {
  const folder = await temporaryFolder();
  const long = "x".repeat(16_000_000);
  await writeFile(join(folder, "a.log"), `before\n${long}\nafter\n`);
  const tail = await startTail({ folder });
  expect(tail.records.map(({ bytes }) => bytes.length)).toEqual([6, 65_536, 5]);
  expect(tail.records[1]).toMatchObject({
    truncatedFromBytes: 16_000_000,
    wholeSha256: hash("sha256", long),
  });
});

it("an over-long line that is still being written waits, across a restart too, and has the digest of the whole", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const setup = { folder, checkpoints, options: { lineBytesMax: 100 }, limits: { headBytes: 10 } };
  await writeFile(join(folder, "a.log"), `before\n${"x".repeat(500)}`);
  const first = await startTail(setup);
  expect(first.texts).toEqual(["before"]);
  await first.stop();
  const second = await startTail(setup);
  await appendFile(join(folder, "a.log"), "yyy");
  await second.poll();
  await appendFile(join(folder, "a.log"), "zz\nafter\n");
  await second.poll();
  expect(second.texts).toEqual(["xxxxxxxxxx", "after"]);
  expect(second.records[0]).toMatchObject({
    truncatedFromBytes: 505,
    wholeSha256: hash("sha256", `${"x".repeat(500)}yyyzz`),
  });
});

it("an over-long line behind records that are not accepted: after a crash, both come", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const setup = { folder, checkpoints, options: { lineBytesMax: 100 }, limits: { headBytes: 10 } };
  await writeFile(join(folder, "a.log"), `before\n${"x".repeat(500)}`);
  const first = await startTail({ ...setup, isHeld: true });
  await first.poll(10);
  await first.crash();
  await appendFile(join(folder, "a.log"), "\nafter\n");
  const second = await startTail(setup);
  expect(second.texts).toEqual(["before", "xxxxxxxxxx", "after"]);
});

it("an over-long line that is rewritten while it is looked through: the new content is read from 0", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "x".repeat(2_000));
  const tail = await startTail({ folder, options: { lineBytesMax: 100 } });
  await writeFile(path, `${"x".repeat(1_100)}${"y\n".repeat(500)}`);
  await tail.poll(2);
  expect(tail.texts.filter((text) => text === "y")).toHaveLength(499);
  expect(tail.gaps).toMatchObject([{ sizeBytes: 2_000 }]);
});

it("invalid UTF-8, NUL, BOM, UTF-16: the bytes of a line are kept as they are", async () => {
  const folder = await temporaryFolder();
  const lines = [
    Buffer.from([0xff, 0xfe, 0x80]),
    Buffer.from("a\0b\0"),
    Buffer.from("\ufeff{}"),
    Buffer.from("{\0}\0\r\0"),
  ];
  await writeFile(
    join(folder, "a.log"),
    Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")])),
  );
  const tail = await startTail({ folder });
  expect(tail.records.map(({ bytes }) => Buffer.from(bytes))).toEqual(lines);
});

it("records keep their bytes: later reads do not write over them", async () => {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: 500 }, (_, n) => `line ${n}`);
  const tail = await startTail({ folder, limits: { chunkBytes: 64, batchRecordsMax: 3 } });
  for (const line of lines.slice(0, 20)) {
    await appendFile(join(folder, "a.log"), `${line}\n`);
    await tail.poll();
  }
  await appendFile(join(folder, "a.log"), `${lines.slice(20).join("\n")}\n`);
  await tail.poll();
  expect(tail.records.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(lines);
});

it("JSON line followed by a garbage line: both are handed in as they are", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), '{"a":1}\nxx\n{"b":2}\n');
  const tail = await startTail({ folder });
  expect(tail.texts).toEqual(['{"a":1}', "xx", '{"b":2}']);
});

it("line with a NUL hole after copytruncate by a stale writer: no NULs come, positions are exact, and it is said once", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\n");
  const tail = await startTail({ folder, limits: { chunkBytes: 1_000, batchBytesMax: 1_000 } });
  const writer = await open(path, "r+");
  await truncate(path, 0);
  await writer.write("two\n", 40_000);
  await tail.poll(3);
  await truncate(path, 0);
  await writer.write("three\n\0\0four\n", 50_000);
  await writer.close();
  await tail.poll(3);
  expect(tail.texts).toEqual(["one", "two", "three", "four"]);
  expect(tail.records.map(({ position }) => position.split(":").at(-1))).toEqual([
    "0",
    "40000",
    "50000",
    "50008",
  ]);
  expect(tail.logged.filter(({ text }) => text.includes("NUL"))).toHaveLength(2);
  expect(tail.gaps).toEqual([]);
});

it("a file of NULs alone brings no record, is read once, and is lost by nobody when it goes", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  const checkpoints = memoryCheckpoints();
  await writeFile(path, Buffer.alloc(100_000));
  const first = await startTail({ folder, checkpoints, limits: { chunkBytes: 1_000 } });
  expect([first.texts, first.progress.at(-1)?.behind]).toEqual([[], []]);
  await first.stop();
  await unlink(path);
  const second = await startTail({ folder, checkpoints });
  await second.poll(5);
  expect(second.gaps).toEqual([]);
});
