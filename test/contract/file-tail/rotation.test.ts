import { appendFile, mkdir, open, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

it("move/create in pattern: both files are read, and nothing comes twice", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const tail = await startTail({ folder });
  await appendFile(path, "two\n");
  await rename(path, `${path}.1`);
  await writeFile(path, "three\n");
  await tail.poll(3);
  expect(tail.texts).toEqual(["one", "two", "three"]);
});

it("move out of pattern: the old descriptor is drained to its end", async () => {
  const folder = await temporaryFolder();
  const away = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const tail = await startTail({ folder });
  await appendFile(path, "two\n");
  await rename(path, join(away, "gone"));
  await writeFile(path, "three\n");
  await tail.poll();
  await appendFile(join(away, "gone"), "late\n");
  await tail.poll();
  expect(tail.texts.toSorted()).toEqual(["late", "one", "three", "two"]);
  expect(tail.gaps).toEqual([]);
});

it("late write to a renamed file, within the quiet time and after it: it is read", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const tail = await startTail({ folder, limits: { quietMs: 1_000 } });
  const writer = await open(path, "a");
  await rename(path, `${path}.1`);
  await writeFile(path, "new\n");
  await tail.poll(2);
  await writer.write("within\n");
  await tail.poll(20);
  await writer.write("after\n");
  await writer.close();
  await tail.poll(2);
  expect(tail.texts).toEqual(["one", "new", "within", "after"]);
});

it("multi-file rapid rotation: three logs renamed again and again come complete, each in its order", async () => {
  const folder = await temporaryFolder();
  const tail = await startTail({ folder });
  const written: string[] = [];
  for (let round = 0; round < 12; round++) {
    for (const name of ["a", "b", "c"]) {
      const path = join(folder, `${name}.log`);
      if (round > 0) await rename(path, `${path}.${100 - round}`);
      await writeFile(path, `${name} ${round}\n`);
      written.push(`${name} ${round}`);
    }
    if (round % 3 === 0) await tail.poll();
  }
  await tail.poll();
  expect(tail.texts.toSorted()).toEqual(written.toSorted());
});

it("apiserver/lumberjack pattern: plain and compressed rotated files are read before the new one", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  const stamp = "2026-11-24T00-00-0";
  await writeFile(join(folder, `audit-${stamp}0.000.log.gz`), gzipSync(`${"z".repeat(2_000)}\n`));
  await writeFile(path, "one\n");
  await rename(path, join(folder, `audit-${stamp}1.000.log`));
  await writeFile(path, "two\n");
  await rename(path, join(folder, `audit-${stamp}2.000.log`));
  await writeFile(path, "three\n");
  const tail = await startTail({ folder });
  await tail.poll(3);
  expect(tail.texts).toEqual(["z".repeat(2_000), "one", "two", "three"]);
});

it("rotate while behind by > file: all files are read to their end, oldest first", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "0\n");
  const tail = await startTail({ folder, isHeld: true, limits: { acceptsInFlightMax: 1 } });
  for (let n = 1; n < 5; n++) {
    await rename(path, join(folder, `audit-${n}.log`));
    await writeFile(path, `${n}\n`);
    await tail.poll();
  }
  expect(tail.progress.at(-1)?.behind).toHaveLength(5);
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.idle();
  expect(tail.texts).toEqual(["0", "1", "2", "3", "4"]);
  expect(tail.progress.at(-1)?.behind).toEqual([]);
});

it("rename twice before a scan: each line comes once", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const tail = await startTail({ folder });
  await appendFile(path, "two\n");
  await rename(path, `${path}.1`);
  await writeFile(path, "three\n");
  await rename(`${path}.1`, `${path}.2`);
  await rename(path, `${path}.1`);
  await writeFile(path, "four\n");
  await tail.poll();
  expect(tail.texts).toEqual(["one", "two", "three", "four"]);
});

it("deletion while open and behind: the descriptor is drained, and nothing is declared lost", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  const lines = Array.from({ length: 50 }, (_, n) => `line ${n}`);
  await writeFile(path, `${lines.join("\n")}\n`);
  const limits = { acceptsInFlightMax: 1, batchRecordsMax: 5 };
  const tail = await startTail({ folder, isHeld: true, limits });
  await unlink(path);
  await tail.poll(5);
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.poll(5);
  expect(tail.texts).toEqual(lines);
  expect(tail.gaps).toEqual([]);
});

it("deletion of a file whose turn has not come: it was held since it was found, and is read", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\n");
  await writeFile(join(folder, "b.log"), "two\n");
  const tail = await startTail({ folder, isHeld: true, limits: { acceptsInFlightMax: 1 } });
  await unlink(join(folder, "b.log"));
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.poll(5);
  expect(tail.texts).toEqual(["one", "two"]);
});

it("file deleted, still written: what its writer adds is read", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\n");
  const tail = await startTail({ folder });
  const writer = await open(path, "a");
  await unlink(path);
  await tail.poll(10);
  await writer.write("two\n");
  await writer.close();
  await tail.poll();
  expect(tail.texts).toEqual(["one", "two"]);
});

it("rotate + delete oldest while unread and stopped: the loss is declared once, with its range", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\ntwo\n");
  const limits = { batchRecordsMax: 1, acceptsInFlightMax: 1 };
  const first = await startTail({ folder, checkpoints, limits, isHeld: true });
  first.openAccepts[0]?.resolve();
  await first.poll(5);
  await first.crash();
  await unlink(path);
  const second = await startTail({ folder, checkpoints });
  await second.poll(5);
  const [part] = first.parts;
  expect(second.gaps).toMatchObject([{ from: `${part}:4`, to: `${part}:8`, sizeBytes: 4 }]);
  await second.stop();
  const third = await startTail({ folder, checkpoints });
  await third.poll(5);
  expect(third.gaps).toEqual([]);
});

it("rotate + compress while behind and stopped: the gap names the compressed file", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit-1.log");
  await writeFile(path, "one\n");
  const first = await startTail({ folder, checkpoints, isHeld: true });
  await first.crash();
  await writeFile(`${path}.gz`, "");
  await unlink(path);
  const second = await startTail({ folder, checkpoints, limits: { quietMs: 1_000 } });
  await second.poll(6);
  expect(second.gaps).toMatchObject([
    { sizeBytes: 4, cause: expect.stringContaining(".gz") as unknown },
  ]);
});

it("a file that was declared lost and comes back is read on", async () => {
  const folder = await temporaryFolder();
  const away = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\n");
  const first = await startTail({ folder, checkpoints, isHeld: true });
  await first.crash();
  await rename(join(folder, "a.log"), join(away, "a.log"));
  const second = await startTail({ folder, checkpoints });
  await second.poll(5);
  expect(second.gaps).toHaveLength(1);
  await rename(join(away, "a.log"), join(folder, "a.log"));
  await second.poll(2);
  expect(second.texts).toEqual(["one"]);
});

it("a vanished file is not lost while its folder cannot be looked at", async () => {
  const folder = await temporaryFolder();
  const inner = join(folder, "inner");
  await mkdir(inner);
  const checkpoints = memoryCheckpoints();
  const options = { include: [join(inner, "*.log")] };
  await writeFile(join(inner, "a.log"), "one\n");
  const first = await startTail({ folder, checkpoints, options, isHeld: true });
  await first.crash();
  await rename(inner, join(folder, "elsewhere"));
  const second = await startTail({ folder, checkpoints, options });
  await second.poll(20);
  expect(second.gaps).toEqual([]);
  expect(second.progress.at(-1)).toMatchObject({ isFailing: true });
  await rename(join(folder, "elsewhere"), inner);
  await second.poll();
  expect(second.texts).toEqual(["one"]);
});

it("delete and recreate the same path: the new file is read from 0, whatever its inode", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit.log");
  await writeFile(path, "one\ntwo\n");
  const first = await startTail({ folder, checkpoints });
  await first.stop();
  await unlink(path);
  await writeFile(path, "uno\ndos\ntres\n");
  const second = await startTail({ folder, checkpoints });
  expect(second.texts).toEqual(["uno", "dos", "tres"]);
});

it("inode reuse while running, after the descriptor was let go: nothing is lost, and nothing is declared lost", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  const limits = { quietMs: 1_000 };
  await writeFile(path, "one\n");
  const tail = await startTail({ folder, limits });
  await rename(path, `${path}.1`);
  await tail.poll(10);
  // Writing in place keeps the inode for sure.
  await rename(`${path}.1`, path);
  await writeFile(path, "first\nsecond\n");
  await tail.poll(3);
  expect(tail.texts).toEqual(["one", "first", "second"]);
  expect(tail.gaps).toEqual([]);
});

it("inode reuse with the same bytes before the offset: the fingerprint of the head tells it apart", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit.log");
  const same = `${"x".repeat(2_000)}\n`;
  await writeFile(path, `one\n${same}`);
  const first = await startTail({ folder, checkpoints });
  await first.stop();
  await writeFile(path, `uno\n${same}`);
  await appendFile(path, "more\n");
  const second = await startTail({ folder, checkpoints });
  expect(second.texts).toEqual(["uno", same.trim(), "more"]);
});

it("inode reuse with a bigger file and the same first line: the guard tells it apart", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const path = join(folder, "audit.log");
  const header = "x".repeat(2_000);
  await writeFile(path, `${header}\none\ntwo\n`);
  const first = await startTail({ folder, checkpoints });
  await first.stop();
  // Writing in place keeps the inode for sure.
  await writeFile(path, `${header}\nuno\ndos\ntres\n`);
  const second = await startTail({ folder, checkpoints });
  expect(second.texts).toEqual([header, "uno", "dos", "tres"]);
  expect([...second.parts]).toEqual([`${[...first.parts][0]}#1`]);
  await second.stop();
  expect(checkpoints.document).toMatchObject({
    files: [
      { epoch: 1, offset: 2_014, fate: "live" },
      { epoch: 0, offset: 2_009, fate: "replaced" },
    ],
  });
});

it("inode reuse of an empty file that was renamed: the new file's unfinished line waits, however quiet it is", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "audit.log");
  await writeFile(path, "");
  const tail = await startTail({ folder, limits: { quietMs: 500 } });
  await rename(path, `${path}.1`);
  await tail.poll(10);
  // Renaming it back keeps the inode for sure.
  await rename(`${path}.1`, path);
  await appendFile(path, "one");
  await tail.poll(10);
  await appendFile(path, "\n");
  await tail.poll();
  expect(tail.texts).toEqual(["one"]);
});
