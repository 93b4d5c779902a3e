import { execFile } from "node:child_process";
import { appendFile, mkdir, open, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

it("huge file, small machine: 96 MB of lines come exactly, in memory that does not grow with them", async () => {
  const folder = await temporaryFolder();
  const line = `${"x".repeat(8_191)}\n`;
  const file = await open(join(folder, "a.log"), "w");
  for (let mib = 0; mib < 96; mib++) await file.write(line.repeat(128));
  await file.close();
  const before = process.memoryUsage().rss;
  const tail = await startTail({ folder, keepsRecords: false });
  expect(tail.count).toBe(96 * 128);
  expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
}, 60_000);

it("10,000 files: all are read, few are open at a time, and none starves", async () => {
  const folder = await temporaryFolder();
  const names = Array.from({ length: 10_000 }, (_, n) => `${n % 50}/f${n}`);
  for (let n = 0; n < 50; n++) await mkdir(join(folder, String(n)));
  for (const name of names) await writeFile(join(folder, `${name}.log`), `${name}\n`);
  const openBefore = (await readdir("/proc/self/fd")).length;
  const limits = { filesOpenMax: 64 };
  const tail = await startTail({ folder, options: { filesMax: 10_000 }, limits });
  await tail.poll(2);
  expect(tail.texts.toSorted()).toEqual(names.toSorted());
  expect((await readdir("/proc/self/fd")).length - openBefore).toBeLessThanOrEqual(64 + 20);
  await appendFile(join(folder, "7/f7.log"), "more\n");
  tail.clock.advance(60_000);
  await tail.poll();
  expect(tail.texts.at(-1)).toBe("more");
}, 120_000);

it("EMFILE: a process with few descriptors reads every file in the end, and says that it had too few", async () => {
  const folder = await temporaryFolder();
  for (let n = 0; n < 60; n++) await writeFile(join(folder, `f${n}.log`), `line ${n}\n`);
  const child = new URL("few-descriptors-process.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)("bash", [
    "-c",
    'ulimit -n 40 && exec "$0" --no-warnings "$1" "$2"',
    process.execPath,
    child,
    folder,
  ]);
  const { texts, faults, gaps } = JSON.parse(stdout) as Record<string, readonly string[]>;
  expect(texts?.toSorted()).toEqual(Array.from({ length: 60 }, (_, n) => `line ${n}`).toSorted());
  expect(faults?.some((text) => text.includes("EMFILE"))).toBe(true);
  expect(gaps).toEqual([]);
}, 60_000);

it("close-inactive + slow ACK: a file that was closed while its accept was open is read on, and no line is skipped", async () => {
  const folder = await temporaryFolder();
  const limits = { filesOpenMax: 1, acceptsInFlightMax: 4 };
  await writeFile(join(folder, "a.log"), "a1\n");
  const tail = await startTail({ folder, limits, isHeld: true });
  await writeFile(join(folder, "b.log"), "b1\n");
  await tail.poll(2);
  await appendFile(join(folder, "a.log"), "a2\n");
  await tail.poll(2);
  tail.hold(false);
  for (const accept of tail.openAccepts.splice(0)) accept.resolve();
  await tail.poll(5);
  expect(tail.texts.toSorted()).toEqual(["a1", "a2", "b1"]);
});

it("delete_after_read: nothing that is read is ever deleted or changed", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\n");
  const tail = await startTail({ folder, limits: { quietMs: 500 } });
  await rename(join(folder, "a.log"), join(folder, "b.log"));
  await tail.poll(10);
  expect(await readdir(folder)).toEqual(["b.log"]);
});

it("NFS-like polling: what another machine wrote is found by looking, without any notification", async () => {
  const folder = await temporaryFolder();
  const tail = await startTail({ folder });
  await writeFile(join(folder, "a.log"), "one\n");
  expect(tail.texts).toEqual([]);
  await tail.poll();
  expect(tail.texts).toEqual(["one"]);
});

it("concurrent writers interleave partial writes: lines are never merged across a line end", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  const tail = await startTail({ folder, limits: { chunkBytes: 16 } });
  const writers = await Promise.all([open(path, "a"), open(path, "a")]);
  const written: string[] = [];
  for (let n = 0; n < 100; n++) {
    const line = `writer ${n % 2} line ${n} ${"y".repeat(n)}`;
    written.push(line);
    const cut = n % line.length;
    await writers[n % 2]?.write(line.slice(0, cut));
    await tail.poll();
    await writers[n % 2]?.write(`${line.slice(cut)}\n`);
  }
  await Promise.all(writers.map((writer) => writer.close()));
  await tail.poll();
  expect(tail.texts).toEqual(written);
});

it("state from older schema: a checkpoint with fields that are no longer written is read, and its offset kept", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\n");
  await (await startTail({ folder, checkpoints })).stop();
  const { files } = checkpoints.document as { files: readonly object[] };
  const older = files.map((file) => ({ ...file, overlong: { scannedTo: 4, guard: null } }));
  checkpoints.document = { version: 1, files: older };
  await appendFile(join(folder, "a.log"), "two\n");
  const tail = await startTail({ folder, checkpoints });
  expect(tail.texts).toEqual(["two"]);
});
