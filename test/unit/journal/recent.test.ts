import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { NewEntry } from "../../../src/model/entry.ts";
import { ORIGIN } from "../../../src/model/position.ts";
import { newEntries, newEntry } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { createImpatientClock, ids, idsOf, openJournal } from "../../support/disk-journal.ts";

const ALL = { entriesMax: 100, bytesMax: 64 * 1024 * 1024 };
const never: AbortSignal = new AbortController().signal;

test("the bytes in memory are those of the commits that a reader has not passed", async () => {
  const { journal } = await openJournal(createFaultyDisk().disk);
  await journal.append(newEntries(1, 3));
  await journal.append(newEntries(4, 6));
  const entries = await journal.read(ORIGIN, ALL, never);
  const bytesOf = (from: number): number =>
    entries.slice(from).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { recent } = journal;
  expect([0, 2, 3, 5, 6].map((sequence) => recent.bytesAfter(sequence))).toEqual([
    bytesOf(0),
    bytesOf(0),
    bytesOf(3),
    bytesOf(3),
    0,
  ]);
  await journal.close();
});

test("entries that were let go of are no longer in memory, and are read from the disk", async () => {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 3));
  await journal.append(newEntries(4, 6));
  const whole = journal.recent.bytesAfter(0);
  journal.recent.forget(4);
  expect(journal.recent.bytesAfter(0)).toBeLessThan(whole);
  expect(journal.recent.bytesAfter(3)).toBeGreaterThan(0);
  journal.recent.forget(6);
  expect(journal.recent.bytesAfter(0)).toBe(0);
  expect(await idsOf(journal)).toEqual(ids(1, 6));
  await journal.close();
});

test("entries that nobody needs any more do not stay in memory", async () => {
  const { journal } = await openJournal(createFaultyDisk().disk);
  await journal.append(newEntries(1, 3));
  await journal.release(journal.end);
  expect(journal.recent.bytesAfter(0)).toBe(0);
  await journal.close();
});

test("an event that was appended, delivered and released is held by nobody, however long the journal is open", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const { journal } = await openJournal(createFaultyDisk().disk);
  const appended: WeakRef<NewEntry>[] = [];
  for (let number = 1; number <= 20; number += 1) {
    const entry = newEntry(number);
    appended.push(new WeakRef(entry));
    await journal.append([entry]);
  }
  await journal.release(journal.end);
  await journal.append(newEntries(21, 21));
  collectGarbage();
  // The last ones may be in the hands of a call that has just ended.
  const held = appended.slice(0, 10).filter((each) => each.deref() !== undefined);
  expect(held).toHaveLength(0);
  await journal.close();
});

test("what waited for a commit to gather is held by nobody, however long the journal is open", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const impatient = createImpatientClock();
  const lingers: WeakRef<AbortSignal>[] = [];
  const clock = {
    ...impatient,
    sleep: (ms: number, signal: AbortSignal) => {
      lingers.push(new WeakRef(signal));
      return impatient.sleep(ms, signal);
    },
  };
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk, { clock });
  // Every fsync takes long enough for the next append to come.
  faulty.delay = async ({ operation }) => {
    for (let turns = operation === "sync" ? 5 : 0; turns > 0; turns -= 1) await nextTurn();
  };
  const appends: Promise<unknown>[] = [];
  for (let number = 1; lingers.length < 12; number += 1) {
    appends.push(journal.append(newEntries(number, number)));
    await nextTurn();
  }
  await Promise.all(appends);
  await journal.append(newEntries(appends.length + 1, appends.length + 1));
  await nextTurn();
  collectGarbage();
  expect(lingers.slice(0, 9).filter((each) => each.deref() !== undefined)).toHaveLength(0);
  await journal.close();
});

test.each([
  [1, false],
  [0, false],
  [-1, true],
])(
  "recentBytesMax: with %i bytes to spare for two commits the older one is let go of: %j",
  async (spare, isLetGo) => {
    const append = async (recentBytesMax?: number): Promise<readonly number[]> => {
      const options = recentBytesMax === undefined ? {} : { recentBytesMax };
      const { journal } = await openJournal(createFaultyDisk().disk, options);
      await journal.append(newEntries(1, 3));
      const older = journal.recent.bytesAfter(0);
      await journal.append(newEntries(4, 6));
      const kept = journal.recent.bytesAfter(0);
      expect(await idsOf(journal)).toEqual(ids(1, 6));
      await journal.close();
      return [older, kept];
    };
    const [older = 0, both = 0] = await append();
    expect(await append(both + spare)).toEqual([older, isLetGo ? both - older : both]);
  },
);
