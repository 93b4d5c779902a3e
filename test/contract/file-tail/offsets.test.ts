import { appendFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { memoryCheckpoints, startTail } from "./harness.ts";

it("happy two files: each file's lines come in order, under the file's own part", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "a1\na2\na3\na4\na5\n");
  await writeFile(join(folder, "b.log"), "b1\nb2\nb3\nb4\nb5\n");
  const tail = await startTail({ folder });
  expect(tail.texts.filter((text) => text.startsWith("a"))).toEqual(["a1", "a2", "a3", "a4", "a5"]);
  expect(tail.texts.filter((text) => text.startsWith("b"))).toEqual(["b1", "b2", "b3", "b4", "b5"]);
  expect(tail.parts.size).toBe(2);
});

it("many logs: 1,000 lines come exactly once, whatever the size of a read", async () => {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: 1_000 }, (_, n) => `line ${n} ${"x".repeat(n % 97)}`);
  await writeFile(join(folder, "a.log"), `${lines.join("\n")}\n`);
  for (const chunkBytes of [7, 100, 4_096, 1_000_000]) {
    const tail = await startTail({ folder, limits: { chunkBytes, batchRecordsMax: 64 } });
    expect(tail.texts).toEqual(lines);
  }
});

it("a record's position is device, inode and the offset of its first byte", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.log"), "one\ntwo\n");
  const tail = await startTail({ folder });
  const [part] = tail.parts;
  expect(part).toMatch(/^\d+:\d+$/);
  expect(tail.records.map((record) => record.position)).toEqual([`${part}:0`, `${part}:4`]);
});

it.for(["oldest", "now"] as const)(
  "start %s: what is there at the very first run is read or not, and what is appended is read",
  async (start) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "a.log"), "old\nbegun");
    const tail = await startTail({ folder, options: { start } });
    await appendFile(join(folder, "a.log"), " line\nnew\n");
    await tail.poll();
    expect(tail.texts).toEqual([...(start === "oldest" ? ["old"] : []), "begun line", "new"]);
  },
);

it("new file while running, start now: it is read from its beginning", async () => {
  const folder = await temporaryFolder();
  const tail = await startTail({ folder, options: { start: "now" } });
  await writeFile(join(folder, "a.log"), "first\nsecond\n");
  await tail.poll();
  expect(tail.texts).toEqual(["first", "second"]);
});

it("existing checkpoint beats start: lines written while stopped are read although start is now", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\n");
  await (await startTail({ folder, checkpoints })).stop();
  await appendFile(join(folder, "a.log"), "two\n");
  await writeFile(join(folder, "b.log"), "three\n");
  const tail = await startTail({ folder, checkpoints, options: { start: "now" } });
  expect(tail.texts.toSorted()).toEqual(["three", "two"]);
});

it.for([
  ["short", "x"],
  ["2 KiB", "x".repeat(2_048)],
] as const)(
  "restart offsets, %s lines: lines before, during, while off and after come once each",
  async ([, word]) => {
    const folder = await temporaryFolder();
    const checkpoints = memoryCheckpoints();
    const path = join(folder, "a.log");
    await writeFile(path, `before ${word}\n`);
    const first = await startTail({ folder, checkpoints });
    await appendFile(path, `during ${word}\n`);
    await first.poll();
    await first.stop();
    await appendFile(path, `off ${word}\n`);
    const second = await startTail({ folder, checkpoints });
    await appendFile(path, `after ${word}\n`);
    await second.poll();
    expect(first.texts).toEqual([`before ${word}`, `during ${word}`]);
    expect(second.texts).toEqual([`off ${word}`, `after ${word}`]);
  },
);

it("restart, un-finalised events: what was handed in and not accepted before a crash comes again", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\ntwo\n");
  const first = await startTail({ folder, checkpoints, isHeld: true });
  expect(first.openAccepts).toHaveLength(1);
  await first.crash();
  const second = await startTail({ folder, checkpoints });
  expect(second.texts).toEqual(["one", "two"]);
});

it("duplicate processing after restart: a stop waits for accepts under way, and nothing comes twice", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "a.log"), "one\n");
  const first = await startTail({ folder, checkpoints, isHeld: true });
  const stopped = first.stop();
  first.openAccepts[0]?.resolve();
  await stopped;
  const second = await startTail({ folder, checkpoints });
  expect([first.texts, second.texts]).toEqual([["one"], []]);
});

it("restart + rotation while off: the rest of the renamed file and all of the new one come", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  await writeFile(join(folder, "audit.log"), "one\ntwo\n");
  await (await startTail({ folder, checkpoints })).stop();
  await appendFile(join(folder, "audit.log"), "three\n");
  await rename(join(folder, "audit.log"), join(folder, "audit-2026.log"));
  await writeFile(join(folder, "audit.log"), "four\n");
  const tail = await startTail({ folder, checkpoints });
  expect(tail.texts).toEqual(["three", "four"]);
});

it("clean stop: a tail without files stops at once", async () => {
  const folder = await temporaryFolder();
  const tail = await startTail({ folder });
  await tail.stop();
  expect(tail.progress.at(-1)).toMatchObject({ behind: [], isFailing: false, hasEnded: false });
});

it.for([
  ["another version", { version: 2, files: [] }],
  ["no document of ours", "offset=12"],
  ["a damaged offset", { version: 1, files: [{ offset: -1 }] }],
] as const)(
  "checkpoint garbage, %s: the tail fails closed and reads nothing",
  async ([, document]) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "a.log"), "one\n");
    const checkpoints = Object.assign(memoryCheckpoints(), { document });
    const tail = await startTail({ folder, checkpoints });
    await expect(tail.run).rejects.toMatchObject({ code: "CHECKPOINT_UNREADABLE" });
    expect(tail.texts).toEqual([]);
  },
);

it("checkpoint GC: a file that comes back within the window is read on, and is forgotten after it", async () => {
  const folder = await temporaryFolder();
  const away = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const limits = { forgetAfterMs: 60_000, deletedQuietMs: 0 };
  await writeFile(join(folder, "a.log"), "one\n");
  const tail = await startTail({ folder, checkpoints, limits });
  await rename(join(folder, "a.log"), join(away, "a.log"));
  await tail.poll(5);
  await rename(join(away, "a.log"), join(folder, "a.log"));
  await appendFile(join(folder, "a.log"), "two\n");
  await tail.poll(5);
  expect(tail.texts).toEqual(["one", "two"]);
  await rename(join(folder, "a.log"), join(away, "a.log"));
  await tail.poll(5);
  tail.clock.advance(120_000);
  await tail.poll(5);
  await tail.stop();
  expect(checkpoints.document).toEqual({ version: 1, files: [] });
});

it("checkpoint dir missing, readonly, ENOSPC: a checkpoint that cannot be saved stops no record, and is saved when it can be", async () => {
  const folder = await temporaryFolder();
  const checkpoints = memoryCheckpoints();
  const saveForReal = checkpoints.save.bind(checkpoints);
  checkpoints.save = () => Promise.reject(new Error("no space left on device"));
  await writeFile(join(folder, "a.log"), "one\n");
  const tail = await startTail({ folder, checkpoints });
  await tail.poll(10);
  expect(tail.texts).toEqual(["one"]);
  expect(tail.logged.filter(({ level }) => level === "error")).toHaveLength(1);
  checkpoints.save = saveForReal;
  await tail.poll(10);
  expect(checkpoints.saves).toBe(1);
});
