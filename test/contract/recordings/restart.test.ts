import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRecordingsCheckpoint } from "../../../src/collect/teleport/recordings/checkpoint.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { aPart, aSession, encodeMessage, SESSION } from "../../support/recording.ts";
import { breakReads } from "../collector/break-reads.ts";
import { memoryCheckpoints } from "../file-tail/harness.ts";
import { hexOf, QUIET_MS, startRecordings } from "./harness.ts";

const RECORDS = aSession(30);
const HEX = hexOf(RECORDS);
const RECORDING = Buffer.concat([
  aPart(RECORDS.slice(0, 12)),
  aPart([], { version: 2, flags: 1, body: Buffer.alloc(50, 9) }),
  aPart(RECORDS.slice(12)),
]);
const limits = { batchRecordsMax: 5, saveMs: 0 };
const OTHER = "5f0c9b1e-3c5d-4f0a-9a55-9d6a2f2f0002";

/** What is no record of the session: the part that is encrypted. */
function eventsOf(records: Parameters<typeof hexOf>[0]): readonly string[] {
  return hexOf(records).filter((hex) => HEX.includes(hex));
}

describe("teleportRecordings after a crash", () => {
  it("goes on inside the recording, wherever it was, and skips nothing", async () => {
    for (let accepts = 0; accepts < 9; accepts++) {
      const folder = await temporaryFolder();
      await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
      const checkpoints = memoryCheckpoints();
      const first = await startRecordings({ folder, limits, checkpoints, acceptsLeft: accepts });
      await first.pass(2 * QUIET_MS);
      await first.crash();
      const again = await startRecordings({ folder, limits, checkpoints });
      await again.pass(2 * QUIET_MS);
      const all = [...first.records, ...again.records];
      expect([accepts, [...new Set(eventsOf(all))]]).toEqual([accepts, HEX]);
      expect(all.filter(({ unreadableBecause }) => unreadableBecause !== undefined)).toHaveLength(
        1,
      );
      // What was saved is not read again.
      expect(all).toHaveLength(HEX.length + 1);
      expect(again.records.every(({ sessionId }) => sessionId === SESSION)).toBe(true);
    }
  });

  it("reads again what was not saved, under the same places", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
    const checkpoints = memoryCheckpoints();
    const first = await startRecordings({ folder, checkpoints, limits: { saveMs: Infinity } });
    await first.pass(2 * QUIET_MS);
    await first.crash();
    const again = await startRecordings({ folder, checkpoints });
    await again.pass(2 * QUIET_MS);
    expect(again.records.map(({ position }) => position)).toEqual(
      first.records.map(({ position }) => position),
    );
  });

  it("takes what a fault covers for no further loss, also where it goes on right behind the fault", async () => {
    const folder = await temporaryFolder();
    const body = Buffer.alloc(50, 9);
    const parts = [aPart(RECORDS.slice(0, 2)), aPart([], { body }), aPart(RECORDS.slice(9))];
    await writeFile(join(folder, `${SESSION}.tar`), Buffer.concat(parts));
    for (const accepts of [0, 1, 2]) {
      const checkpoints = memoryCheckpoints();
      const first = await startRecordings({ folder, limits, checkpoints, acceptsLeft: accepts });
      await first.pass(2 * QUIET_MS);
      await first.crash();
      const again = await startRecordings({ folder, limits, checkpoints });
      await again.pass(2 * QUIET_MS);
      expect(again.gaps).toEqual([]);
    }
  });

  it("starts again, and declares nothing, whatever index a record states", async () => {
    const folder = await temporaryFolder();
    const indexes = [2n ** 62n, -1n, 2n ** 31n - 2n, 2n ** 31n - 1n];
    const odd = indexes.map((ei) => encodeMessage({ 7: { 1: { 1: ei, 2: "print" } } }));
    const all = [...RECORDS.slice(0, 3), ...odd, ...RECORDS.slice(3)];
    await writeFile(join(folder, `${SESSION}.tar`), aPart(all));
    const checkpoints = memoryCheckpoints();
    const first = await startRecordings({ folder, limits, checkpoints, acceptsLeft: 1 });
    await first.pass(2 * QUIET_MS);
    await first.crash();
    const again = await startRecordings({ folder, checkpoints });
    await again.pass(2 * QUIET_MS);
    expect(hexOf([...first.records, ...again.records])).toEqual(hexOf(all));
    expect([...first.gaps, ...again.gaps]).toEqual([]);
  });

  it("begins anew where the recording has other content by then", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, `${SESSION}.tar`);
    await writeFile(path, RECORDING);
    const checkpoints = memoryCheckpoints();
    const first = await startRecordings({ folder, limits, checkpoints, acceptsLeft: 2 });
    await first.pass(2 * QUIET_MS);
    await first.crash();
    await writeFile(path, aPart(RECORDS.slice(0, 3)));
    const again = await startRecordings({ folder, checkpoints });
    await again.pass(2 * QUIET_MS);
    expect(hexOf(again.records)).toEqual(HEX.slice(0, 3));
  });

  it("declares a recording that was read in part and is gone", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
    const checkpoints = memoryCheckpoints();
    const first = await startRecordings({ folder, limits, checkpoints, acceptsLeft: 2 });
    await first.pass(2 * QUIET_MS);
    await first.crash();
    await rm(join(folder, `${SESSION}.tar`));
    const again = await startRecordings({ folder, checkpoints });
    expect(again.gaps).toMatchObject([
      { cause: expect.stringContaining("removed before it was read to its end") as string },
    ]);
  });

  it("reads a recording that was read to its end no second time", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
    const checkpoints = memoryCheckpoints();
    const first = await startRecordings({ folder, checkpoints });
    await first.pass(2 * QUIET_MS);
    await first.stop();
    const again = await startRecordings({ folder, checkpoints });
    await again.pass(3 * QUIET_MS);
    expect(again.records).toEqual([]);
  });

  it.each([
    ["of another version", { version: 2, done: [], open: [] }],
    ["without its lists", { version: 1 }],
    ["with a recording that is none", { version: 1, done: [["a.tar", 1]], open: [] }],
    ["with a place that is none", { version: 1, done: [], open: [{ name: "a.tar" }] }],
    ["that is nothing", 7],
  ])("does not start from a checkpoint %s", async (_, document) => {
    expect(() => readRecordingsCheckpoint("recordings", document)).toThrow(
      expect.objectContaining({ code: "CHECKPOINT_UNREADABLE" }) as Error,
    );
    const checkpoints = memoryCheckpoints();
    checkpoints.document = document;
    const collector = await startRecordings({ folder: await temporaryFolder(), checkpoints });
    await expect(collector.run).rejects.toThrow("Cannot read the checkpoint");
  });
});

describe("teleportRecordings when something is at fault", () => {
  it("hands in again what was rejected, and goes on from there", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
    const collector = await startRecordings({ folder, limits, acceptsLeft: 2 });
    await collector.pass(2 * QUIET_MS);
    expect(collector.records).toHaveLength(10);
    collector.acceptsLeft = Infinity;
    await collector.pass(60_000);
    expect(eventsOf(collector.records)).toEqual(HEX);
    expect(collector.logged.filter((text) => text.startsWith("Cannot journal"))).toHaveLength(1);
  });

  it("a loss that could not be declared is declared when that is possible", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `${SESSION}.tar`), aPart(RECORDS).subarray(0, -1));
    const options = { incompleteForMs: 0, quietForMs: 0 };
    const collector = await startRecordings({ folder, options, acceptsLeft: 1 });
    await collector.pass(10_000);
    expect(collector.gaps).toEqual([]);
    collector.acceptsLeft = Infinity;
    await collector.pass(60_000);
    expect(collector.gaps).toHaveLength(1);
    expect(hexOf(collector.records)).toEqual(HEX);
  });

  it.each([
    ["removed", (path: string) => rm(path), 1],
    ["moved", (path: string) => rename(path, `${path.slice(0, -4)}-moved.tar`), 0],
  ])(
    "the fault of a recording that is %s is over",
    async (_how, go: (path: string) => Promise<void>, gaps) => {
      const folder = await temporaryFolder();
      const path = join(folder, `${SESSION}.tar`);
      await writeFile(path, RECORDING);
      const broken = await breakReads(path);
      const collector = await startRecordings({ folder });
      await collector.pass(2 * QUIET_MS);
      expect(collector.progress.at(-1)).toMatchObject({ isFailing: true });
      await go(path);
      broken.mockRestore();
      await collector.pass(60_000);
      expect(collector.gaps).toHaveLength(gaps);
      expect(collector.progress.at(-1)).toMatchObject({ isFailing: false });
    },
  );

  it("a folder that is not there is a fault of the source until it is, and is never taken for an empty one", async () => {
    const folder = join(await temporaryFolder(), "records");
    const collector = await startRecordings({ folder });
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: true, caughtUpAt: null });
    await mkdir(folder);
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
    await collector.pass(2 * QUIET_MS);
    expect(eventsOf(collector.records)).toEqual(HEX);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: false });
  });

  it("nothing is taken for removed while a folder cannot be looked at", async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, "records");
    await mkdir(folder);
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
    const collector = await startRecordings({ folder });
    await rename(folder, join(parent, "away"));
    await collector.pass(3 * QUIET_MS);
    expect(collector.gaps).toEqual([]);
    await rename(join(parent, "away"), folder);
    await collector.pass(QUIET_MS);
    expect(eventsOf(collector.records)).toEqual(HEX);
  });

  it("a link to nowhere, a folder and a pipe of a recording's name hold up nothing", async () => {
    const folder = await temporaryFolder();
    await symlink(join(folder, "nowhere"), join(folder, "a.tar"));
    await mkdir(join(folder, "b.tar"));
    await writeFile(join(folder, "b.tar", `${SESSION}.tar`), RECORDING);
    const { records, progress } = await startRecordings({ folder, stopAtEnd: true });
    expect(eventsOf(records)).toEqual(HEX);
    expect(progress.at(-1)).toMatchObject({ hasEnded: true, isFailing: false });
  });
});

describe("run --once over recordings", () => {
  it("reads all that is there to its end, without waiting, and ends", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, `${SESSION}.tar`), RECORDING);
    await writeFile(join(folder, `${OTHER}.tar`), aPart(RECORDS).subarray(0, -4));
    const collector = await startRecordings({ folder, stopAtEnd: true });
    await collector.run;
    expect(eventsOf(collector.records)).toHaveLength(2 * HEX.length);
    expect(collector.gaps).toMatchObject([{ sizeBytes: 4 }]);
    expect(collector.progress.at(-1)).toMatchObject({ hasEnded: true, behind: [] });
    expect(collector.clock.monotonicMs()).toBe(0);
  });
});

describe("the limits of a batch", () => {
  it.each([
    [4, [4, 4, 2]],
    [5, [5, 5]],
    [10, [10]],
    [11, [10]],
  ])("batchRecordsMax: ten records, %i at most in a batch", async (batchRecordsMax, sizes) => {
    const saves = await batchesOf({ batchRecordsMax });
    expect(saves).toEqual(sizes);
  });

  it("batchBytesMax: a batch ends with the record that reaches it", async () => {
    const records = aSession(8);
    const first = (records[0]?.length ?? 0) + (records[1]?.length ?? 0);
    expect((await batchesOf({ batchBytesMax: first }))[0]).toBe(2);
    expect((await batchesOf({ batchBytesMax: first - 1 }))[0]).toBe(2);
    expect((await batchesOf({ batchBytesMax: first + 1 }))[0]).toBe(3);
  });
});

/** How many of ten records each accept brought. */
async function batchesOf(limitsOfBatch: {
  readonly batchRecordsMax?: number;
  readonly batchBytesMax?: number;
}): Promise<readonly number[]> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, `${SESSION}.tar`), aPart(aSession(8)));
  const sizes: number[] = [];
  for (let accepts = 1; ; accepts++) {
    const collector = await startRecordings({
      folder,
      stopAtEnd: true,
      limits: limitsOfBatch,
      acceptsLeft: accepts,
    });
    sizes.push(collector.records.length - sizes.reduce((sum, size) => sum + size, 0));
    if (collector.records.length === 10) return sizes;
  }
}
