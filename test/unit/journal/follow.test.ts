import { expect, test } from "vitest";
import { isFault, readContainerHeader } from "../../../src/avro/container.ts";
import { followJournal, type Followed } from "../../../src/journal/local/follow.ts";
import { newEntries } from "../../support/disk-entries.ts";
import { createFaultyDisk, type FaultyDisk } from "../../support/disk-faulty.ts";
import { createImpatientClock, FOLDER, ids, openJournal } from "../../support/disk-journal.ts";

const FIRST = `${FOLDER}/0000000000000001.avro`;
const SECOND = `${FOLDER}/0000000000000004.avro`;
/** No segment was begun by then. */
const BEFORE_ALL = -1;

/** What a reader sees until it finds nothing new; `more` happens then, once. */
async function follow(
  faulty: FaultyDisk,
  since: number | null,
  more: () => Promise<void> = () => Promise.resolve(),
): Promise<Followed[]> {
  const stop = new AbortController();
  let waits = 0;
  const seen: Followed[] = [];
  const wait = async (): Promise<void> => {
    waits += 1;
    if (waits === 1) await more();
    else stop.abort();
  };
  const { disk } = faulty;
  const { signal } = stop;
  for await (const each of followJournal({ disk, folder: FOLDER, since, wait, signal })) {
    seen.push(each);
    // Only the journal itself has a file open while we are at work.
    expect(faulty.openFiles).toBeLessThanOrEqual(1);
  }
  return seen;
}

function idsOf(seen: readonly Followed[]): readonly string[] {
  return seen.flatMap((each) => ("entries" in each ? each.entries.map(({ id }) => id) : []));
}

const missedOf = (seen: readonly Followed[]): unknown[] =>
  seen.flatMap((each) => ("missed" in each ? each.missed : []));

test("a follower sees what is appended from now on, across segments, and changes nothing", async () => {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 5));
  let isLooking = true;
  let changes = 0;
  faulty.fault = ({ operation }) => {
    if (isLooking && !["read", "list", "open", "close"].includes(operation)) changes += 1;
    return null;
  };
  const seen = await follow(faulty, null, async () => {
    isLooking = false;
    await journal.append(newEntries(6, 8));
    await journal.close();
    const { journal: next } = await openJournal(faulty.disk);
    await next.append(newEntries(9, 10));
    isLooking = true;
  });
  expect(idsOf(seen)).toEqual(ids(6, 10));
  expect(missedOf(seen)).toEqual([]);
  expect(changes).toBe(0);
});

test("a follower that began before anything ran sees the first entry", async () => {
  const faulty = createFaultyDisk();
  const seen = await follow(faulty, null, async () => {
    const { journal } = await openJournal(faulty.disk);
    await journal.append(newEntries(1, 3));
  });
  expect(idsOf(seen)).toEqual(ids(1, 3));
});

test("from a time on, a follower begins with the newest segment that was begun by then", async () => {
  const faulty = createFaultyDisk();
  const clock = createImpatientClock(1_000);
  const first = await openJournal(faulty.disk, { clock });
  await first.journal.append(newEntries(1, 5));
  await first.journal.close();
  clock.passMs(60_000);
  const begunMs = clock.monotonicMs();
  const second = await openJournal(faulty.disk, { clock });
  await second.journal.append(newEntries(6, 8));
  expect(idsOf(await follow(faulty, 0))).toEqual(ids(1, 8));
  expect(idsOf(await follow(faulty, (begunMs - 1) * 1_000))).toEqual(ids(1, 8));
  expect(idsOf(await follow(faulty, begunMs * 1_000))).toEqual(ids(6, 8));
  expect(idsOf(await follow(faulty, (begunMs + 60_000) * 1_000))).toEqual(ids(6, 8));
  // When that was is not known where its header cannot be read.
  faulty.corrupt(`${FOLDER}/0000000000000006.avro`, (bytes) => bytes.fill(0, 0, 4));
  expect(idsOf(await follow(faulty, (begunMs + 60_000) * 1_000))).toEqual(ids(1, 5));
});

test("what was removed before it was read is said, and the follower goes on", async () => {
  const faulty = createFaultyDisk();
  const first = await openJournal(faulty.disk);
  await first.journal.append(newEntries(1, 3));
  const seen = await follow(faulty, null, async () => {
    await first.journal.append(newEntries(4, 5));
    await first.journal.close();
    const { journal } = await openJournal(faulty.disk);
    await journal.append(newEntries(6, 7));
    await faulty.disk.unlink(`${FOLDER}/0000000000000001.avro`);
  });
  expect(missedOf(seen)).toEqual([{ from: 4, to: 5 }]);
  expect(idsOf(seen)).toEqual(ids(6, 7));
});

test("a block that says another number of entries than it holds is missed", async () => {
  const { faulty, journal, firstEnd } = await twoSegments();
  faulty.corrupt(SECOND, (bytes) => bytes.fill(8, firstEnd, firstEnd + 1));
  await journal.append(newEntries(8, 9));
  const seen = await follow(faulty, BEFORE_ALL);
  expect(missedOf(seen)).toEqual([{ from: 6, to: 7 }]);
  expect(idsOf(seen)).toEqual([...ids(1, 5), ...ids(8, 9)]);
  await journal.close();
});

test("a damaged block is missed, and what stands behind it is seen", async () => {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 3));
  const before = journal.sizeBytes;
  await journal.append(newEntries(4, 5));
  await journal.append(newEntries(6, 7));
  faulty.corrupt(`${FOLDER}/0000000000000001.avro`, (bytes) =>
    bytes.fill(0xff, before + 40, before + 50),
  );
  const seen = await follow(faulty, 0);
  expect(missedOf(seen)).toEqual([{ from: 4, to: 5 }]);
  expect(idsOf(seen)).toEqual([...ids(1, 3), ...ids(6, 7)]);
});

test("the damaged end of a segment that nobody writes to any more is missed, and the next segment is seen", async () => {
  const faulty = createFaultyDisk();
  const clock = createImpatientClock(1_000);
  const first = await openJournal(faulty.disk, { clock });
  await first.journal.append(newEntries(1, 3));
  const before = first.journal.sizeBytes;
  await first.journal.append(newEntries(4, 5));
  await first.journal.close();
  const { journal } = await openJournal(faulty.disk, { clock });
  await journal.append(newEntries(6, 7));
  faulty.corrupt(`${FOLDER}/0000000000000001.avro`, (bytes) =>
    bytes.fill(0xff, before + 40, before + 50),
  );
  const seen = await follow(faulty, 0);
  expect(missedOf(seen)).toEqual([{ from: 4, to: 5 }]);
  expect(idsOf(seen)).toEqual([...ids(1, 3), ...ids(6, 7)]);
});

test("a block that is not whole yet is waited for", async () => {
  const faulty = createFaultyDisk();
  const path = `${FOLDER}/0000000000000001.avro`;
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 3));
  await journal.append(newEntries(4, 5));
  const whole = faulty.bytes(path).slice();
  faulty.corrupt(path, (bytes) => bytes.slice(0, -5));
  const seen = await follow(faulty, 0, () => {
    faulty.corrupt(path, () => whole);
    return Promise.resolve();
  });
  expect(missedOf(seen)).toEqual([]);
  expect(idsOf(seen)).toEqual(ids(1, 5));
});

test.each([
  ["a part of its header", 100],
  ["its header alone", null],
])("the newest segment, of which only %s is there, is waited for", async (_what, sizeBytes) => {
  const { faulty, journal, headerBytes } = await twoSegments();
  const whole = faulty.bytes(SECOND).slice();
  for (const since of [null, BEFORE_ALL]) {
    faulty.corrupt(SECOND, () => whole.slice(0, sizeBytes ?? headerBytes));
    const seen = await follow(faulty, since, () => {
      faulty.corrupt(SECOND, () => whole);
      return Promise.resolve();
    });
    expect(missedOf(seen)).toEqual([]);
    expect(idsOf(seen)).toEqual(since === null ? ids(4, 7) : ids(1, 7));
  }
  await journal.close();
});

test("from now on, a follower begins in front of the block that is being written", async () => {
  const { faulty, journal } = await twoSegments();
  const whole = faulty.bytes(SECOND).slice();
  faulty.corrupt(SECOND, () => whole.slice(0, -5));
  const seen = await follow(faulty, null, () => {
    faulty.corrupt(SECOND, () => whole);
    return Promise.resolve();
  });
  expect(idsOf(seen)).toEqual(ids(6, 7));
  await journal.close();
});

test("from now on, a follower begins at the newest segment where its last block cannot be read", async () => {
  const { faulty, journal, firstEnd } = await twoSegments();
  faulty.corrupt(SECOND, (bytes) => bytes.fill(0xff, firstEnd + 40, firstEnd + 50));
  const seen = await follow(faulty, null, async () => {
    await journal.append(newEntries(8, 9));
  });
  expect(idsOf(seen)).toEqual([...ids(4, 5), ...ids(8, 9)]);
  expect(missedOf(seen)).toEqual([{ from: 6, to: 7 }]);
  await journal.close();
});

test("what a power loss took from behind a follower, and was written again, is not seen again", async () => {
  const faulty = createFaultyDisk();
  const first = await openJournal(faulty.disk);
  await first.journal.append(newEntries(1, 3));
  const end = first.journal.sizeBytes;
  await first.journal.append(newEntries(4, 6));
  const seen = await follow(faulty, null, async () => {
    await first.journal.close();
    faulty.corrupt(`${FOLDER}/0000000000000001.avro`, (bytes) => bytes.slice(0, end));
    const { journal } = await openJournal(faulty.disk);
    await journal.append(newEntries(4, 5));
    await journal.append(newEntries(6, 8));
  });
  expect(idsOf(seen)).toEqual(ids(7, 8));
  expect(missedOf(seen)).toEqual([]);
});

test("a segment that is removed during the look is missed, and one that the disk does not give ends it", async () => {
  const { faulty, journal } = await twoSegments();
  const failing = (code: string) => {
    faulty.fault = ({ operation, path }) =>
      operation === "open" && path === FIRST ? { code } : null;
  };
  failing("ENOENT");
  const seen = await follow(faulty, BEFORE_ALL);
  expect(missedOf(seen)).toEqual([{ from: 1, to: 3 }]);
  expect(idsOf(seen)).toEqual(ids(4, 7));
  failing("EIO");
  await expect(follow(faulty, BEFORE_ALL)).rejects.toMatchObject({ code: "EIO" });
  await journal.close();
});

/** Entries 1 to 3; and in a second segment 4 to 5, 6 to 7. With where its header ends, and its first block. */
async function twoSegments() {
  const faulty = createFaultyDisk();
  const first = await openJournal(faulty.disk);
  await first.journal.append(newEntries(1, 3));
  await first.journal.close();
  const { journal } = await openJournal(faulty.disk);
  const before = journal.sizeBytes;
  await journal.append(newEntries(4, 5));
  const firstEnd = journal.sizeBytes - before;
  await journal.append(newEntries(6, 7));
  const header = readContainerHeader(faulty.bytes(SECOND));
  const headerBytes = isFault(header) ? 0 : header.headerBytes;
  return { faulty, journal, headerBytes, firstEnd };
}
