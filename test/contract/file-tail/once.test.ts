import { appendFile, mkdir, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

it("--once ends when every file is read to its size at the start, and what comes later is left", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\ntwo\n");
  const limits = { batchRecordsMax: 1, acceptsInFlightMax: 1 };
  const tail = await startTail({ folder, stopAtEnd: true, isHeld: true, limits });
  await appendFile(path, "three\n");
  await writeFile(join(folder, "b.log"), "four\n");
  await tail.poll(2);
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.run;
  expect(tail.texts).toEqual(["one", "two"]);
  expect(tail.progress.at(-1)).toMatchObject({ behind: [], isFailing: false, hasEnded: true });
});

it("--once hands in a last line without a line end, and the next run reads it whole", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\ntwo");
  const first = await startTail({ folder, checkpoints, stopAtEnd: true });
  await first.run;
  await appendFile(join(folder, "a.log"), " and a half\nthree\n");
  const second = await startTail({ folder, checkpoints, stopAtEnd: true });
  await second.run;
  expect([first.texts, second.texts]).toEqual([
    ["one", "two"],
    ["two and a half", "three"],
  ]);
});

it("--once: a last line without a line end that was handed in is not lost with its file", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\ntwo");
  await (
    await startTail({ folder, checkpoints, stopAtEnd: true })
  ).run;
  await unlink(join(folder, "a.log"));
  const second = await startTail({ folder, checkpoints });
  await second.poll(5);
  expect(second.gaps).toEqual([]);
});

it("--once with a writer at work: a line that was begun at the start is read to its end", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.log");
  await writeFile(path, "one\ntw");
  const limits = { batchRecordsMax: 1, acceptsInFlightMax: 1 };
  const tail = await startTail({ folder, stopAtEnd: true, isHeld: true, limits });
  await appendFile(path, "o\nthree\n");
  tail.hold(false);
  tail.openAccepts[0]?.resolve();
  await tail.run;
  expect(tail.texts).toEqual(["one", "two"]);
});

it("--once hands in the head of an over-long last line without a line end", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "x".repeat(500));
  const options = { lineBytesMax: 100 };
  const tail = await startTail({ folder, stopAtEnd: true, options, limits: { headBytes: 10 } });
  await tail.run;
  expect(tail.texts).toEqual(["xxxxxxxxxx"]);
  expect(tail.records[0]?.truncatedFromBytes).toBe(500);
});

it("--once without files ends at once; a second run without news hands in nothing", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await (
    await startTail({ folder, checkpoints, stopAtEnd: true })
  ).run;
  await writeFile(join(folder, "a.log"), "one\n");
  await (
    await startTail({ folder, checkpoints, stopAtEnd: true })
  ).run;
  const third = await startTail({ folder, checkpoints, stopAtEnd: true });
  await third.run;
  expect(third.texts).toEqual([]);
  expect(checkpoints.document).toMatchObject({ files: [{ offset: 4 }] });
});

it("--once with a folder that cannot be looked at reads the others and ends as failing", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "there"));
  await writeFile(join(folder, "there", "a.log"), "one\n");
  const include = [join(folder, "there", "*.log"), join(folder, "missing", "*.log")];
  const tail = await startTail({ folder, stopAtEnd: true, options: { include } });
  await tail.poll(5);
  await tail.run;
  expect(tail.texts).toEqual(["one"]);
  expect(tail.progress.at(-1)).toMatchObject({ isFailing: true, hasEnded: true });
});

it("--once with a folder that is gone since the last run ends as failing, and keeps the place in its files", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const options = { include: [join(folder, "logs", "*.log")] };
  await mkdir(join(folder, "logs"));
  await writeFile(join(folder, "logs", "a.log"), "one\n");
  const first = await startTail({ folder, checkpoints, stopAtEnd: true, options });
  await first.run;
  await rename(join(folder, "logs"), join(folder, "away"));
  const second = await startTail({ folder, checkpoints, stopAtEnd: true, options });
  await second.poll(5);
  await second.run;
  expect(second.progress.at(-1)).toMatchObject({ isFailing: true, hasEnded: true });
  await rename(join(folder, "away"), join(folder, "logs"));
  await appendFile(join(folder, "logs", "a.log"), "two\n");
  const third = await startTail({ folder, checkpoints, stopAtEnd: true, options });
  await third.run;
  expect([second.gaps, third.gaps, third.texts]).toEqual([[], [], ["two"]]);
});

it("--once with rejected accepts does not end before they are accepted", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\ntwo");
  const tail = await startTail({ folder, stopAtEnd: true, isHeld: true });
  tail.openAccepts[0]?.reject(new Error("no"));
  await tail.poll();
  tail.hold(false);
  for (const accept of tail.openAccepts.slice(1)) accept.resolve();
  await tail.poll(5);
  await tail.run;
  expect(tail.texts).toEqual(["one", "two"]);
});
