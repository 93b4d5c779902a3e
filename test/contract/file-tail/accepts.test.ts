import { appendFile, mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail, type RunningTail } from "./harness.ts";

const ONE_BY_ONE = { batchRecordsMax: 1 };

it("a rejected accept comes again, with what was handed in after it, in order", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\ntwo\nthree\n");
  const tail = await startTail({ folder, limits: ONE_BY_ONE, isHeld: true });
  expect(openTexts(tail)).toEqual(["one", "two", "three"]);
  tail.openAccepts[0]?.reject(new Error("the journal is closing"));
  tail.openAccepts[1]?.resolve();
  tail.hold(false);
  tail.openAccepts[2]?.resolve();
  await tail.poll(5);
  expect(tail.texts).toEqual(["two", "three", "one", "two", "three"]);
});

it("an accept that is rejected while the file is read on: that read is thrown away, and nothing is skipped", async () => {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
  await writeFile(join(folder, "a.log"), `${lines.join("\n")}\n`);
  for (let rejections = 1; rejections < 8; rejections++) {
    const tail = await startTail({ folder, limits: ONE_BY_ONE, rejections });
    for (let tries = 0; tries < 10; tries++) {
      tail.clock.advance(40_000);
      await tail.poll();
    }
    expect(new Set(tail.texts)).toEqual(new Set(lines));
    expect(tail.progress.at(-1)?.behind).toEqual([]);
  }
});

it("rejected accepts: the file is tried with growing waits, logged once, and nothing is skipped", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\n");
  const tail = await startTail({ folder, checkpoints });
  tail.failWith = new Error("no");
  await appendFile(join(folder, "a.log"), "two\nthree\n");
  await tail.poll(50);
  expect(tail.texts).toEqual(["one"]);
  expect(tail.logged.filter(({ level }) => level === "warn")).toHaveLength(1);
  expect(tail.progress.at(-1)?.behind).toHaveLength(1);
  expect(checkpoints.document).toMatchObject({ files: [{ offset: 4 }] });
  tail.failWith = null;
  await tail.poll(130);
  expect(tail.texts).toEqual(["one", "two", "three"]);
});

it("checkpoint never ahead of resolved accepts: it covers the accepted front alone, and a crash loses nothing", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\ntwo\nthree\n");
  const first = await startTail({ folder, checkpoints, limits: ONE_BY_ONE, isHeld: true });
  first.openAccepts[0]?.resolve();
  first.openAccepts[2]?.resolve();
  await first.poll(10);
  expect(checkpoints.document).toMatchObject({ files: [{ offset: 4, lines: 1 }] });
  await first.crash();
  const second = await startTail({ folder, checkpoints });
  expect(second.texts).toEqual(["two", "three"]);
});

it("slow sink: reading pauses at the accepts and the bytes that may be in flight", async () => {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: 100 }, (_, n) => `line ${n} ${"x".repeat(100)}`);
  await writeFile(join(folder, "a.log"), `${lines.join("\n")}\n`);
  const byCount = await startTail({ folder, isHeld: true, limits: ONE_BY_ONE });
  await byCount.poll(10);
  expect(byCount.openAccepts).toHaveLength(4);
  const limits = { ...ONE_BY_ONE, acceptsInFlightMax: 50, bytesInFlightMax: 1_000 };
  const byBytes = await startTail({ folder, isHeld: true, limits });
  await byBytes.poll(10);
  expect(byBytes.openAccepts).toHaveLength(10);
});

it("slow sink: new files and renames are seen while every accept waits", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\n");
  const limits = { ...ONE_BY_ONE, acceptsInFlightMax: 1 };
  const tail = await startTail({ folder, isHeld: true, limits });
  await writeFile(join(folder, "b.log"), "two\n");
  await tail.poll();
  expect(tail.progress.at(-1)?.behind).toHaveLength(2);
});

it("fair reads vs oldest-first: a busy folder does not keep a quiet one waiting", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "busy"));
  await mkdir(join(folder, "quiet"));
  await writeFile(join(folder, "busy", "a.log"), "busy\n".repeat(1_000));
  await writeFile(join(folder, "quiet", "a.log"), "quiet\n");
  const tail = await startTail({ folder, limits: { batchRecordsMax: 10 } });
  expect(tail.texts.indexOf("quiet")).toBeLessThan(20);
  expect(tail.texts).toHaveLength(1_001);
});

it("progress: a part is behind until its records are accepted, and caughtUpAt is the time of the look", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\n");
  const tail = await startTail({ folder, isHeld: true });
  const lookedAt = tail.clock.now();
  expect(tail.progress.at(-1)).toMatchObject({ caughtUpAt: null, behind: [expect.any(String)] });
  tail.clock.advance(100);
  tail.openAccepts[0]?.resolve();
  await tail.idle();
  expect(tail.progress.at(-1)).toMatchObject({ caughtUpAt: lookedAt, behind: [] });
  expect([...tail.parts]).toEqual(tail.progress[0]?.behind);
});

it("clock jumps: a file with a modified time in the future is read as any other", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\n");
  await utimes(join(folder, "a.log"), 4e9, 4e9);
  const tail = await startTail({ folder });
  await appendFile(join(folder, "a.log"), "two\n");
  await tail.poll();
  expect(tail.texts).toEqual(["one", "two"]);
});

function openTexts(tail: RunningTail): string[] {
  return tail.openAccepts.flatMap(({ records }) =>
    records.map(({ bytes }) => Buffer.from(bytes).toString()),
  );
}
