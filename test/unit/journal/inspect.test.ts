import { expect, test } from "vitest";
import { encodeEntry } from "../../../src/avro/journal-entry.ts";
import { AvroWriter } from "../../../src/avro/writer.ts";
import { inspectEntries, inspectJournal } from "../../../src/journal/local/inspect.ts";
import type { SegmentInspection } from "../../../src/journal/local/inspect.ts";
import type { Disk } from "../../../src/ports/disk.ts";
import { auditEvent, newEntries } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { FOLDER, ids, openJournal } from "../../support/disk-journal.ts";

const FIRST = `${FOLDER}/0000000000000001.avro`;

async function inspect(disk: Disk): Promise<SegmentInspection[]> {
  const found: SegmentInspection[] = [];
  for await (const segment of inspectJournal(disk, FOLDER)) found.push(segment);
  return found;
}

async function entries(disk: Disk, from: number, to: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of inspectEntries(disk, FOLDER, { from, to })) found.push(id);
  return found;
}

/** What these entries take before they are compressed. */
function encodedBytes(from: number, to: number): number {
  const writer = new AvroWriter(10_000);
  newEntries(from, to).forEach((entry, index) => encodeEntry(writer, from + index, entry));
  return writer.sizeBytes;
}

async function twoSegments() {
  const faulty = createFaultyDisk();
  const first = await openJournal(faulty.disk);
  await first.journal.append(newEntries(1, 10));
  const afterFirst = first.journal.sizeBytes;
  await first.journal.append(newEntries(11, 20));
  await first.journal.close();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(21, 25));
  return { faulty, journal, afterFirst };
}

test("a segment that is released during the look is left out, and one that the disk does not give is not", async () => {
  const { faulty } = await twoSegments();
  const failing = (code: string) => {
    faulty.fault = ({ operation, path }) =>
      operation === "open" && path === FIRST ? { code } : null;
  };
  failing("ENOENT");
  expect(await inspect(faulty.disk)).toMatchObject([{ first: 21, last: 25 }]);
  expect(await entries(faulty.disk, 18, 23)).toEqual(ids(21, 23));
  failing("EIO");
  await expect(inspect(faulty.disk)).rejects.toMatchObject({ code: "EIO" });
  await expect(entries(faulty.disk, 18, 23)).rejects.toMatchObject({ code: "EIO" });
});

test("a running journal is described segment by segment, without a change", async () => {
  const { faulty } = await twoSegments();
  let changes = 0;
  faulty.fault = ({ operation }) => {
    if (!["read", "list", "open"].includes(operation)) changes += 1;
    return null;
  };
  expect(await inspect(faulty.disk)).toMatchObject([
    {
      file: "0000000000000001.avro",
      isNewest: false,
      first: 1,
      last: 20,
      entries: 20,
      blocks: 2,
      sizeBytes: faulty.bytes(FIRST).byteLength,
      decompressedBytes: encodedBytes(1, 20),
      observedFrom: auditEvent(1).observedAt,
      observedTo: auditEvent(20).observedAt,
      faults: [],
      missing: [],
    },
    { isNewest: true, first: 21, last: 25, entries: 5, unfinishedBytes: 0 },
  ]);
  expect(changes).toBe(0);
  // The journal's own file alone is open.
  expect(faulty.openFiles).toBe(1);
});

test("damage is shown with its offset and the sequences that it cost", async () => {
  const { faulty, afterFirst } = await twoSegments();
  faulty.corrupt(FIRST, (bytes) => bytes.fill(0xff, afterFirst + 40, afterFirst + 50));
  const [first] = await inspect(faulty.disk);
  expect(first).toMatchObject({
    entries: 10,
    last: 10,
    faults: [{ kind: "damaged", offsetBytes: afterFirst }],
    missing: [{ from: 11, to: 20 }],
  });
});

test("a block that says another number of entries than it holds is damage at its offset", async () => {
  const { faulty, afterFirst } = await twoSegments();
  // The count is the first byte of the block: nine instead of ten, zigzag.
  faulty.corrupt(FIRST, (bytes) => bytes.fill(18, afterFirst, afterFirst + 1));
  const [first] = await inspect(faulty.disk);
  expect(first).toMatchObject({
    entries: 10,
    blocks: 1,
    faults: [{ kind: "damaged", offsetBytes: afterFirst }],
    missing: [{ from: 11, to: 20 }],
  });
});

test("a segment without a readable header is damage from its beginning, and misses all its sequences", async () => {
  const { faulty } = await twoSegments();
  faulty.corrupt(FIRST, (bytes) => bytes.fill(0, 0, 4));
  const [first] = await inspect(faulty.disk);
  expect(first).toMatchObject({
    first: null,
    last: null,
    entries: 0,
    faults: [{ kind: "damaged", offsetBytes: 0 }],
    missing: [{ from: 1, to: 20 }],
  });
});

test("the torn end of the newest segment counts as unfinished, not as damage", async () => {
  const { faulty } = await twoSegments();
  faulty.corrupt(`${FOLDER}/0000000000000021.avro`, (bytes) => bytes.slice(0, -5));
  const newest = (await inspect(faulty.disk)).at(-1);
  expect(newest).toMatchObject({ faults: [], entries: 0 });
  expect(newest?.unfinishedBytes).toBeGreaterThan(0);
});

test("the newest segment, of which a part of the header alone is there, is unfinished as a whole", async () => {
  const { faulty } = await twoSegments();
  faulty.corrupt(`${FOLDER}/0000000000000021.avro`, (bytes) => bytes.slice(0, 100));
  const newest = (await inspect(faulty.disk)).at(-1);
  expect(newest).toMatchObject({ faults: [], entries: 0, sizeBytes: 100 });
});

test("damage in front of the torn end of the newest segment is told all the same", async () => {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 5));
  const before = journal.sizeBytes;
  await journal.append(newEntries(6, 10));
  await journal.append(newEntries(11, 15));
  const end = journal.sizeBytes;
  await journal.append(newEntries(16, 20));
  faulty.corrupt(FIRST, (bytes) => bytes.fill(0xff, before + 40, before + 50).slice(0, -5));
  const [newest] = await inspect(faulty.disk);
  expect(newest).toMatchObject({
    faults: [{ kind: "damaged", offsetBytes: before }],
    missing: [{ from: 6, to: 10 }],
    last: 15,
  });
  expect(newest?.unfinishedBytes).toBe(faulty.bytes(FIRST).byteLength - end);
});

test("the entries of a range are listed across segments", async () => {
  const { faulty } = await twoSegments();
  expect(await entries(faulty.disk, 18, 23)).toEqual(ids(18, 23));
});

test("the entries of a range are listed around a damaged block, and no file is left open", async () => {
  const { faulty, afterFirst } = await twoSegments();
  faulty.corrupt(FIRST, (bytes) => bytes.fill(0xff, afterFirst + 40, afterFirst + 50));
  expect(await entries(faulty.disk, 9, 22)).toEqual([...ids(9, 10), ...ids(21, 22)]);
  expect(faulty.openFiles).toBe(1);
});
