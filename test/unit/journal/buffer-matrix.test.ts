import { describe, expect, it } from "vitest";
import { ORIGIN } from "../../../src/model/position.ts";
import { saveDocument } from "../../../src/platform/document.ts";
import { newEntries, ownEntry } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { FOLDER, ids, idsOf, openJournal, readAll } from "../../support/disk-journal.ts";

/** Cases in which the disk buffers of other collectors lost, stuck or ended; those that other files of this folder have are not here. */

const at = (sequence: number) => ({ ...ORIGIN, sequence });
const limits = { entriesMax: 100, bytesMax: 1_000_000 };
/** One commit a segment. */
const tiny = { segmentBytesMax: 1, lingerMs: 0, recentBytesMax: 0 };

function segmentsOf({ paths }: FaultyDisk): readonly string[] {
  return paths.filter((path) => path.endsWith(".avro"));
}

/** The size after each of two commits, and in how many segments they are. */
async function twoCommits(
  segmentBytesMax: number,
): Promise<{ readonly sizes: readonly number[]; readonly segments: number }> {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk, { segmentBytesMax });
  await journal.append(newEntries(1, 3, 500));
  const first = journal.sizeBytes;
  await journal.append(newEntries(4, 6, 500));
  return { sizes: [first, journal.sizeBytes], segments: segmentsOf(faulty).length };
}

describe("a reader", () => {
  it("at the end of a segment, or at the beginning of the next one, goes on without a gap or a copy", async () => {
    const { journal, damages } = await openJournal(createFaultyDisk().disk, tiny);
    for (const first of [1, 4, 7]) await journal.append(newEntries(first, first + 2));
    for (let after = 0; after < 9; after += 1) {
      const found = await readAll(journal, { after: at(after), entriesMax: 1 });
      expect(found.map(({ id }) => id)).toEqual(ids(after + 1, 9));
    }
    expect(damages).toEqual([]);
  });

  it("of the segment that is written to gets what is appended meanwhile once", async () => {
    const faulty = createFaultyDisk();
    const { journal } = await openJournal(faulty.disk, { lingerMs: 0, recentBytesMax: 0 });
    await journal.append(newEntries(1, 3));
    let last = 3;
    faulty.delay = async ({ operation }) => {
      if (operation !== "read" || last === 6) return;
      last += 1;
      await journal.append(newEntries(last, last));
    };
    const found = await readAll(journal, { entriesMax: 100 });
    expect(found.map(({ id }) => id)).toEqual(ids(1, 6));
  });

  it("that waits is woken by what came before it began to wait, too", async () => {
    const { journal } = await openJournal(createFaultyDisk().disk);
    const reads = [0, 1, 2].map((after) =>
      journal.read(at(0), limits, AbortSignal.timeout(5_000)).then((found) => found.length + after),
    );
    await journal.append(newEntries(1, 1));
    expect(await Promise.all(reads)).toEqual([1, 2, 3]);
    const late = journal.read(at(1), limits, AbortSignal.timeout(5_000));
    await journal.append(newEntries(2, 2));
    expect((await late).map(({ id }) => id)).toEqual(["event-2"]);
  });

  it("comes to its end when the journal closes under appends, with all of them read", async () => {
    const { journal } = await openJournal(createFaultyDisk().disk);
    const appended = journal.append(newEntries(1, 50, 1_000));
    const stop = new AbortController();
    const read = journal.read(at(0), limits, stop.signal);
    await journal.close();
    await appended;
    expect(await read).not.toHaveLength(0);
    expect(await idsOf(journal)).toEqual(ids(1, 50));
    const waiting = journal.read(at(50), limits, stop.signal);
    stop.abort();
    expect(await waiting).toEqual([]);
  });
});

describe("a segment", () => {
  it("that is deleted while the journal runs is declared as a loss of exactly its entries", async () => {
    const faulty = createFaultyDisk();
    const { journal, damages } = await openJournal(faulty.disk, tiny);
    for (const first of [1, 4, 7]) await journal.append(newEntries(first, first + 2));
    faulty.remove(`${FOLDER}/0000000000000004.avro`);
    expect(await idsOf(journal)).toEqual([...ids(1, 3), ...ids(7, 9)]);
    const segment = "0000000000000004.avro";
    expect(damages).toEqual([{ from: 4, to: 6, count: 3, segment, cause: "the file is missing" }]);
  });

  it("takes blocks up to its size, to the byte, and the next one begins a new segment", async () => {
    const whole = await twoCommits(1_000_000);
    // Behind the first block comes the second one's count, a byte; its size, two; its data; the marker, sixteen.
    const fits = (whole.sizes[1] ?? 0) - 19;
    expect((await twoCommits(fits)).segments).toBe(1);
    expect((await twoCommits(fits - 1)).segments).toBe(2);
  });

  it.each([
    ["first", 0, 1, 10],
    ["second", 1, 11, 20],
    ["last", 2, 21, 30],
  ])(
    "with a flipped bit in its %s block loses that block alone",
    async (_which, block, from, to) => {
      const faulty = createFaultyDisk();
      const { journal } = await openJournal(faulty.disk);
      const ends: number[] = [];
      for (const first of [1, 11, 21]) {
        await journal.append(newEntries(first, first + 9));
        ends.push(journal.sizeBytes);
      }
      await journal.close();
      const next = await openJournal(faulty.disk);
      await next.journal.append(newEntries(31, 32));
      await next.journal.close();
      const flipped = (ends[block] ?? 0) - 30;
      faulty.corrupt(`${FOLDER}/0000000000000001.avro`, (bytes) =>
        bytes.map((byte, index) => (index === flipped ? byte ^ 4 : byte)),
      );
      const again = await openJournal(faulty.disk);
      expect(await idsOf(again.journal)).toEqual([...ids(1, from - 1), ...ids(to + 1, 32)]);
      expect(again.damages).toMatchObject([{ from, to, count: 10 }]);
    },
  );
});

describe("the journal", () => {
  it("knows its size and its bounds again after a restart in the middle of reading and releasing", async () => {
    const faulty = createFaultyDisk();
    const { journal } = await openJournal(faulty.disk, { ...tiny, keepMs: 0 });
    for (const first of [1, 4, 7]) await journal.append(newEntries(first, first + 2));
    await journal.read(at(0), { ...limits, entriesMax: 2 }, AbortSignal.timeout(5_000));
    await journal.release(at(4));
    const { sizeBytes, start, end } = journal;
    await journal.close();
    const again = await openJournal(faulty.disk, tiny);
    expect(again.journal).toMatchObject({ sizeBytes, start, end });
    expect([start.sequence, end.sequence]).toEqual([3, 9]);
    expect(await idsOf(again.journal)).toEqual(ids(4, 9));
    expect(again.damages).toEqual([]);
  });

  it("takes an entry larger than a segment, than a commit and than its own size, and goes on", async () => {
    const { journal } = await openJournal(createFaultyDisk().disk, {
      sizeBytesMax: 100_000,
      commitBytesMax: 1_000,
      keepMs: 0,
    });
    await journal.append([ownEntry(1, 200_000)]);
    expect(await idsOf(journal)).toEqual(["event-1"]);
    const next = journal.append(newEntries(2, 3));
    await journal.release(at(1));
    await next;
    expect((await readAll(journal, { after: at(1) })).map(({ id }) => id)).toEqual(ids(2, 3));
  });

  it("of a later version is not opened, and not changed", async () => {
    const faulty = createFaultyDisk();
    const { journal } = await openJournal(faulty.disk);
    await journal.append(newEntries(1, 2));
    await journal.close();
    const path = `${FOLDER}/bounds.json`;
    await saveDocument(faulty.disk, path, { releasedTo: 0, newestFirst: 1 });
    faulty.corrupt(path, (bytes) =>
      Buffer.from(Buffer.from(bytes).toString().replace('"version":1', '"version":2')),
    );
    const before = faulty.paths.map((one) => faulty.bytes(one));
    await expect(openJournal(faulty.disk)).rejects.toMatchObject({
      code: "JOURNAL_DAMAGED",
      message: expect.stringContaining("version is 2") as string,
    });
    expect(faulty.paths.map((one) => faulty.bytes(one))).toEqual(before);
  });
});
