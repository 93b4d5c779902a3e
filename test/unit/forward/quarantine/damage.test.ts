import { describe, expect, it } from "vitest";
import { openContainerFile } from "../../../../src/avro/container-file.ts";
import { allRecords } from "../../../../src/forward/quarantine/read.ts";
import { QUARANTINE_SCHEMA, encodeQuarantined } from "../../../../src/forward/quarantine/record.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../../support/disk-faulty.ts";
import { someEntries } from "../../../support/entries.ts";
import {
  openQuarantine,
  REFUSED,
  restEach,
  restingIds,
  restingIn,
} from "../../../support/quarantine.ts";

const FOLDER = "/quarantine/siem";
const FIRST = `${FOLDER}/000001.avro`;
const SECOND = `${FOLDER}/000002.avro`;
const SMALL = { fileBytesMax: 1 };
const UNREADABLE = {
  code: "QUARANTINE_UNREADABLE",
  hint: "Restore the file, or move it away and keep it: its events are in it.",
};

/** Every event in a block of its own, and the sizes of the file before the first one and behind each. */
async function withBlocks(count: number): Promise<{ faulty: FaultyDisk; ends: readonly number[] }> {
  const faulty = createFaultyDisk();
  const quarantine = await openQuarantine(faulty);
  const ends: number[] = [];
  for (const entry of someEntries(count)) {
    await quarantine.rest([entry], REFUSED);
    ends.push(faulty.bytes(FIRST).byteLength);
  }
  await quarantine.close();
  return { faulty, ends };
}

async function withFiles(count: number): Promise<FaultyDisk> {
  const faulty = createFaultyDisk();
  const quarantine = await openQuarantine(faulty, SMALL);
  await restEach(quarantine, someEntries(count));
  await quarantine.close();
  return faulty;
}

function flip(faulty: FaultyDisk, at: number): void {
  faulty.corrupt(FIRST, (bytes) => bytes.map((byte, n) => (n === at ? byte ^ 1 : byte)));
}

async function readAll(faulty: FaultyDisk): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { eventId } of allRecords(faulty.disk, FOLDER)) ids.push(eventId);
  return ids;
}

describe("a quarantine with damage", () => {
  it("in its last block, whose bytes are all there, is not opened: the block may have been acknowledged", async () => {
    const { faulty, ends } = await withBlocks(2);
    flip(faulty, (ends[1] ?? 0) - 1);
    const before = faulty.bytes(FIRST);
    await expect(openQuarantine(faulty)).rejects.toMatchObject(UNREADABLE);
    expect(faulty.bytes(FIRST)).toEqual(before);
  });

  it("in front of a tail that is being written is not taken for that tail", async () => {
    const { faulty, ends } = await withBlocks(3);
    flip(faulty, (ends[1] ?? 0) - 30);
    faulty.corrupt(FIRST, (bytes) => bytes.subarray(0, -20));
    await expect(readAll(faulty)).rejects.toMatchObject(UNREADABLE);
  });

  it("at the end of a file that others follow is neither passed over nor opened", async () => {
    const faulty = await withFiles(2);
    faulty.corrupt(FIRST, (bytes) => bytes.subarray(0, -20));
    await expect(readAll(faulty)).rejects.toMatchObject(UNREADABLE);
    await expect(openQuarantine(faulty, SMALL)).rejects.toMatchObject(UNREADABLE);
  });

  it("is not compacted away, although nothing that can be read rests there", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty, SMALL);
    const entries = someEntries(4);
    await restEach(quarantine, entries);
    await quarantine.resolve(entries);
    faulty.corrupt(FIRST, (bytes) => bytes.subarray(0, -20));
    const before = faulty.paths;
    await expect(quarantine.compact()).rejects.toMatchObject(UNREADABLE);
    expect(faulty.paths).toEqual(before);
  });

  it("is not what a disk says that gives nothing", async () => {
    const faulty = await withFiles(1);
    faulty.fault = ({ operation }) => (operation === "open" ? { code: "EIO" } : null);
    await expect(openQuarantine(faulty)).rejects.toMatchObject({ code: "EIO" });
  });
});

it("a file of another schema stays as it is and is read, and the next event rests beside it", async () => {
  const faulty = await withFiles(1);
  const [record] = await restingIn(await openQuarantine(faulty));
  faulty.remove(FIRST);
  const schema = QUARANTINE_SCHEMA.replace("{", '{"doc":"Of another version.",');
  const file = await openContainerFile(faulty.disk, FIRST, { schema, codec: "zstandard" });
  await file.append(record === undefined ? [] : [encodeQuarantined(record)]);
  await file.close();
  const before = faulty.bytes(FIRST);
  const quarantine = await openQuarantine(faulty);
  await quarantine.rest(someEntries(2), REFUSED);
  expect(await restingIds(quarantine)).toEqual(["event-1", "event-2"]);
  expect([faulty.paths, faulty.bytes(FIRST)]).toEqual([[FIRST, SECOND], before]);
});

describe("a first file that cannot be begun", () => {
  it("ends the process where it cannot be taken away either: nobody knows whether the disk has it", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty);
    faulty.fault = ({ operation }) =>
      operation === "sync" || operation === "unlink" ? { code: "EIO" } : null;
    await expect(quarantine.rest(someEntries(1), REFUSED)).rejects.toMatchObject({
      code: "QUARANTINE_WRITE_FAILED",
    });
  });

  it("is begun later where it never came to be", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty);
    faulty.fault = ({ operation }) => (operation === "open" ? { code: "EMFILE" } : null);
    await expect(quarantine.rest(someEntries(1), REFUSED)).rejects.toMatchObject({
      code: "EMFILE",
    });
    faulty.fault = () => null;
    await quarantine.rest(someEntries(1), REFUSED);
    expect(await restingIds(await openQuarantine(faulty.afterPowerLoss()))).toEqual(["event-1"]);
  });
});

it("a quarantine that is closed has no file open", async () => {
  const faulty = createFaultyDisk();
  const quarantine = await openQuarantine(faulty);
  await quarantine.rest(someEntries(1), REFUSED);
  await quarantine.close();
  expect(faulty.openFiles).toBe(0);
});
