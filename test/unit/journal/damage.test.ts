import { expect, test } from "vitest";
import { ORIGIN } from "../../../src/model/position.ts";
import { newEntries } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { FOLDER, ids, idsOf, openJournal, readAll } from "../../support/disk-journal.ts";

const FIRST = `${FOLDER}/0000000000000001.avro`;

interface Written {
  readonly faulty: FaultyDisk;
  /** Size of the first segment after each of its commits of ten entries. */
  readonly ends: readonly number[];
}

/** Three commits of ten entries in a first segment, and a second segment behind it. */
async function written(): Promise<Written> {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  const ends: number[] = [];
  for (const first of [1, 11, 21]) {
    await journal.append(newEntries(first, first + 9));
    ends.push(journal.sizeBytes);
  }
  await journal.close();
  const { journal: next } = await openJournal(faulty.disk);
  await next.append(newEntries(31, 40));
  await next.close();
  return { faulty, ends };
}

test("one flipped bit anywhere in a sealed block is declared with its exact numbers, and everything else is read", async () => {
  const { faulty, ends } = await written();
  const [from = 0, to = 0] = ends;
  const whole = faulty.bytes(FIRST);
  for (let at = from; at < to; at += 7) {
    faulty.corrupt(FIRST, () => flip(whole, at));
    const { journal, damages } = await openJournal(faulty.disk);
    const found = await idsOf(journal);
    const what = `bit flipped at byte ${at}`;
    if (found.length === 40) continue;
    expect(found, what).toEqual([...ids(1, 10), ...ids(21, 40)]);
    const cause = expect.stringContaining(`at byte ${from}`) as string;
    expect(damages, what).toMatchObject([
      { from: 11, to: 20, count: 10, segment: "0000000000000001.avro", cause },
    ]);
    await journal.close();
  }
});

test("a lie in the count of a block is found out", async () => {
  const { faulty, ends } = await written();
  // The count is the first byte of the block: ten, zigzag.
  faulty.corrupt(FIRST, (bytes) => bytes.fill(18, ends[0], (ends[0] ?? 0) + 1));
  const { journal, damages } = await openJournal(faulty.disk);
  expect(await idsOf(journal)).toEqual([...ids(1, 10), ...ids(21, 40)]);
  expect(damages).toMatchObject([{ from: 11, to: 20, count: 10 }]);
});

test("lies in the counts of two blocks that make up for each other are found out by a reader that begins between them", async () => {
  const { faulty, ends } = await written();
  const [first = 0, second = 0] = ends;
  const head = faulty.bytes(FIRST).findIndex((_byte, at, all) => isCountOfTen(all, at, first));
  // Nine and eleven instead of ten and ten.
  faulty.corrupt(FIRST, (bytes) => bytes.fill(18, head, head + 1).fill(22, second, second + 1));
  const { journal, damages } = await openJournal(faulty.disk);
  const found = await readAll(journal, { after: { ...ORIGIN, sequence: 12 } });
  expect(found.map((entry) => entry.id)).toEqual([...ids(13, 20), ...ids(31, 40)]);
  expect(damages).toMatchObject([{ from: 21, to: 30, count: 10 }]);
});

test("a block that was cut out of a sealed segment is a loss of its exact number", async () => {
  const { faulty, ends } = await written();
  faulty.corrupt(FIRST, (bytes) =>
    Buffer.concat([bytes.subarray(0, ends[0]), bytes.subarray(ends[1])]),
  );
  const { journal, damages } = await openJournal(faulty.disk);
  // It is nothing to a reader behind it, or to one that has not come to it.
  await readAll(journal, { after: { ...ORIGIN, sequence: 20 } });
  await journal.read(ORIGIN, { entriesMax: 5, bytesMax: 1_000_000 }, AbortSignal.timeout(5_000));
  expect(damages).toEqual([]);
  expect(await idsOf(journal)).toEqual([...ids(1, 10), ...ids(21, 40)]);
  expect(damages).toMatchObject([{ from: 11, to: 20, count: 10, cause: "entries are missing" }]);
});

test("the last block that was cut off a sealed segment is a loss of its exact number", async () => {
  const { faulty, ends } = await written();
  faulty.corrupt(FIRST, (bytes) => bytes.slice(0, ends[1]));
  const { journal, damages } = await openJournal(faulty.disk);
  expect(await idsOf(journal)).toEqual([...ids(1, 20), ...ids(31, 40)]);
  expect(damages).toMatchObject([{ from: 21, to: 30, count: 10 }]);
});

test.each([
  ["without its header", (faulty: FaultyDisk) => faulty.corrupt(FIRST, (all) => all.fill(0, 0, 4))],
  ["that is gone", (faulty: FaultyDisk) => faulty.remove(FIRST)],
])("a sealed segment of a single entry %s is a loss of that one", async (_what, spoil) => {
  const faulty = createFaultyDisk();
  for (const number of [1, 2]) {
    const { journal } = await openJournal(faulty.disk);
    await journal.append(newEntries(number, number));
    await journal.close();
  }
  spoil(faulty);
  const { journal, damages } = await openJournal(faulty.disk);
  expect(await idsOf(journal)).toEqual(ids(2, 2));
  expect(damages).toMatchObject([{ from: 1, to: 1, count: 1 }]);
});

test("a segment that the disk does not give for another reason than its absence is no loss", async () => {
  const { faulty } = await written();
  const { journal, damages } = await openJournal(faulty.disk);
  faulty.fault = ({ operation }) => (operation === "open" ? { code: "EMFILE" } : null);
  await expect(readAll(journal)).rejects.toMatchObject({ code: "EMFILE" });
  faulty.fault = () => null;
  expect(await idsOf(journal)).toEqual(ids(1, 40));
  expect(damages).toEqual([]);
});

test("a segment that is released while a reader opens it is no loss", async () => {
  const { faulty } = await written();
  const { journal, damages } = await openJournal(faulty.disk, { keepMs: 0 });
  let isReleased = false;
  faulty.delay = async ({ operation, path }) => {
    if (isReleased || operation !== "open" || path !== FIRST) return;
    isReleased = true;
    await journal.release({ ...ORIGIN, sequence: 30 });
  };
  expect(await idsOf(journal)).toEqual(ids(31, 40));
  expect(isReleased).toBe(true);
  expect(damages).toEqual([]);
});

test("a segment that is written to loses all that is in it with its header and a block", async () => {
  const faulty = createFaultyDisk();
  const { journal, damages } = await openJournal(faulty.disk, { recentBytesMax: 0 });
  await journal.append(newEntries(1, 10));
  const first = journal.sizeBytes;
  await journal.append(newEntries(11, 20));
  faulty.corrupt(FIRST, (bytes) => flip(bytes.fill(0, 0, 4), first + 40));
  expect(await idsOf(journal)).toEqual(ids(1, 10));
  expect(await idsOf(journal)).toEqual([]);
  expect(damages).toMatchObject([{ from: 1, to: 20, count: 20 }]);
});

test("a single entry that is lost at the end of a sealed segment is declared", async () => {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 10));
  await journal.append(newEntries(11, 11));
  await journal.close();
  const { journal: next } = await openJournal(faulty.disk);
  await next.append(newEntries(12, 20));
  await next.close();
  faulty.corrupt(FIRST, (bytes) => flip(bytes, bytes.length - 40));
  const again = await openJournal(faulty.disk);
  expect(await idsOf(again.journal)).toEqual([...ids(1, 10), ...ids(12, 20)]);
  expect(again.damages).toMatchObject([{ from: 11, to: 11, count: 1 }]);
});

test("a sealed segment without a readable header is a loss of all its entries", async () => {
  const { faulty } = await written();
  faulty.corrupt(FIRST, (bytes) => bytes.fill(0, 0, 4));
  const { journal, damages } = await openJournal(faulty.disk);
  expect(await idsOf(journal)).toEqual(ids(31, 40));
  expect(damages).toMatchObject([{ from: 1, to: 30, count: 30 }]);
});

test("a sealed segment whose schema is no schema any more is a loss of all its entries", async () => {
  const { faulty } = await written();
  faulty.corrupt(FIRST, (bytes) => {
    const schema = Buffer.from(bytes).indexOf('{"type"');
    return bytes.fill(0x5b, schema, schema + 1);
  });
  const { journal, damages } = await openJournal(faulty.disk);
  expect(await idsOf(journal)).toEqual(ids(31, 40));
  expect(damages).toMatchObject([{ from: 1, to: 30, count: 30 }]);
});

test("damage in the segment that is written to is declared, and what is appended while it is looked for is read", async () => {
  const faulty = createFaultyDisk();
  const { journal, damages } = await openJournal(faulty.disk, { recentBytesMax: 0 });
  await journal.append(newEntries(1, 10));
  const first = journal.sizeBytes;
  for (const from of [11, 21]) await journal.append(newEntries(from, from + 9));
  faulty.corrupt(FIRST, (bytes) => flip(bytes, first + 40));
  let last = 30;
  faulty.delay = async ({ operation }) => {
    if (operation !== "read" || last === 40) return;
    last += 1;
    await journal.append(newEntries(last, last));
  };
  expect(await idsOf(journal)).toEqual([...ids(1, 10), ...ids(21, 40)]);
  expect(damages).toMatchObject([{ from: 11, to: 20, count: 10 }]);
  let reads = 0;
  faulty.delay = async ({ operation }) => {
    if (operation === "read") reads += 1;
    return Promise.resolve();
  };
  expect(await readAll(journal, { entriesMax: 100 })).toHaveLength(30);
  // The damage is known by now, and the sound blocks were read lately.
  expect(reads).toBe(0);
  await journal.append(newEntries(41, 42));
  for (let after = 0; after < 42; after += 1) {
    const found = await readAll(journal, { after: { ...ORIGIN, sequence: after } });
    const readable = ids(after + 1, 42).filter((id) => !ids(11, 20).includes(id));
    expect(found.map(({ id }) => id)).toEqual(readable);
  }
  expect(damages).toHaveLength(1);
});

test("a sealed segment that is gone is a loss of all its entries", async () => {
  const { faulty } = await written();
  faulty.remove(FIRST);
  const { journal, damages } = await openJournal(faulty.disk);
  expect(await idsOf(journal)).toEqual(ids(31, 40));
  expect(damages).toMatchObject([{ from: 1, to: 30, count: 30 }]);
});

test("the last block of the newest segment, when its bytes are all there and wrong, is declared and its numbers are not given out again", async () => {
  const { faulty } = await written();
  const newest = `${FOLDER}/0000000000000031.avro`;
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(41, 45));
  await journal.close();
  faulty.corrupt(`${FOLDER}/0000000000000041.avro`, (bytes) => flip(bytes, bytes.length - 40));
  const again = await openJournal(faulty.disk);
  expect(again.journal.end.sequence).toBe(45);
  await again.journal.append(newEntries(46, 47));
  expect(await idsOf(again.journal)).toEqual([...ids(1, 40), ...ids(46, 47)]);
  expect(again.damages).toMatchObject([{ from: 41, to: 45, count: 5 }]);
  expect(faulty.paths).toContain(newest);
});

test("a damaged last block keeps its numbers, also behind a block that lies about its own", async () => {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 10));
  const first = journal.sizeBytes;
  await journal.append(newEntries(11, 20));
  const second = journal.sizeBytes;
  await journal.append(newEntries(21, 30));
  await journal.close();
  // The first block says nine instead of ten; the last one has a wrong bit.
  const header = faulty.bytes(FIRST).findIndex((_byte, at, all) => isCountOfTen(all, at, first));
  faulty.corrupt(FIRST, (bytes) => flip(bytes.fill(18, header, header + 1), second + 40));
  const again = await openJournal(faulty.disk);
  expect(again.journal.end.sequence).toBe(30);
  await again.journal.append(newEntries(31, 32));
  expect(await idsOf(again.journal)).toEqual([...ids(11, 20), ...ids(31, 32)]);
  expect(again.damages).toMatchObject([
    { from: 1, to: 10 },
    { from: 21, to: 30 },
  ]);
});

test("a loss is declared once, however many readers come to it, and not to readers behind it", async () => {
  const { faulty, ends } = await written();
  faulty.corrupt(FIRST, (bytes) => flip(bytes, (ends[0] ?? 0) + 30));
  const { journal, damages } = await openJournal(faulty.disk);
  await readAll(journal, { after: { ...ORIGIN, sequence: 20 } });
  expect(damages).toEqual([]);
  await readAll(journal);
  await readAll(journal, { entriesMax: 1 });
  expect(damages).toHaveLength(1);
  // Readers close what they open.
  expect(faulty.openFiles).toBe(0);
});

/** Whether the first block begins here: its count, then a size that takes it to `end`. */
function isCountOfTen(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== 20) return false;
  const size = ((bytes[at + 1] ?? 0) & 0x7f) + ((bytes[at + 2] ?? 0) << 7);
  return at + 3 + size / 2 + 16 === end;
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
