import { expect, test } from "vitest";
import { ORIGIN } from "../../../src/model/position.ts";
import { newEntries } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { ids, idsOf, openJournal } from "../../support/disk-journal.ts";

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
