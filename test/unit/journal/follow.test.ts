import { expect, test } from "vitest";
import { followJournal, type Followed } from "../../../src/journal/local/follow.ts";
import { newEntries } from "../../support/disk-entries.ts";
import { createFaultyDisk, type FaultyDisk } from "../../support/disk-faulty.ts";
import { createImpatientClock, FOLDER, ids, openJournal } from "../../support/disk-journal.ts";

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
  expect(idsOf(await follow(faulty, (begunMs + 60_000) * 1_000))).toEqual(ids(6, 8));
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
