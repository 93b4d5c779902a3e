import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { LocalJournalOptions } from "../../../src/journal/local/options.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import { newEntries, ownEntry } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { createImpatientClock, ids, openJournal, readAll } from "../../support/disk-journal.ts";

const DAY_MS = 86_400_000;
const small = { sizeBytesMax: 200_000, segmentBytesMax: 50_000, commitBytesMax: 5_000 } as const;
const AT_LIMIT = "The journal is at its size limit: collectors wait";

function newestOf(faulty: FaultyDisk): string {
  return faulty.paths.filter(isSegment).at(-1) ?? "";
}

function isSegment(path: string): boolean {
  return path.endsWith(".avro");
}

/** Appends entries of about 5 KB until one waits; returns how many are durable and the append that waits. */
async function fill(
  journal: Journal,
  log: { readonly lines: readonly string[] },
): Promise<{ durable: number; waiting: Promise<unknown> }> {
  for (let number = 1; ; number += 1) {
    const waiting = journal.append(newEntries(number, number, 4_000));
    const isWaiting = expect
      .poll(() => log.lines.includes(AT_LIMIT), { interval: 1 })
      .toBe(true)
      .then(
        () => true,
        () => false,
      );
    if (await Promise.race([waiting.then(() => false), isWaiting]))
      return { durable: number - 1, waiting };
  }
}

describe("the byte limit", () => {
  test("makes appends wait below it, a segment's worth short, and release lets them go on", async () => {
    const { journal, log } = await openJournal(createFaultyDisk().disk, small);
    expect(journal.isFull).toBe(false);
    const { durable, waiting } = await fill(journal, log);
    expect(journal.sizeBytes).toBeLessThanOrEqual(150_000);
    expect(journal.sizeBytes).toBeGreaterThan(130_000);
    expect(journal.end.sequence).toBe(durable);
    expect(journal.isFull).toBe(true);
    await journal.release({ ...journal.end, sequence: Math.floor(durable / 2) });
    await waiting;
    expect(journal.isFull).toBe(false);
    const rest = await readAll(journal, { after: journal.start });
    expect(rest.at(-1)?.id).toBe(`event-${durable + 1}`);
    expect(journal.start.sequence).toBeGreaterThan(0);
    expect(journal.start.sequence).toBeLessThanOrEqual(Math.floor(durable / 2));
  });

  test("is kept also by a block that begins a segment, with the header that comes with it", async () => {
    for (let sizeBytesMax = 200_000; sizeBytesMax <= 220_000; sizeBytesMax += 2_000) {
      const { disk } = createFaultyDisk();
      const { journal, log } = await openJournal(disk, { ...small, sizeBytesMax });
      const { durable, waiting } = await fill(journal, log);
      const refused = expect(waiting).rejects.toMatchObject({ code: "JOURNAL_FULL" });
      const limit = sizeBytesMax - small.segmentBytesMax;
      expect(journal.sizeBytes, `limit of ${limit}`).toBeLessThanOrEqual(limit);
      await journal.close();
      await refused;
      // The next process begins with one.
      const again = await openJournal(disk, { ...small, sizeBytesMax });
      const next = again.journal.append(newEntries(durable + 1, durable + 1, 4_000));
      const settled = Promise.allSettled([next]);
      await again.journal.close();
      await settled;
      expect(again.journal.sizeBytes, `limit of ${limit}`).toBeLessThanOrEqual(limit);
    }
  });

  test("keeps what was not released, however long appends wait", async () => {
    const { journal, log } = await openJournal(createFaultyDisk().disk, { ...small, keepMs: 0 });
    const { durable, waiting } = await fill(journal, log);
    const refused = expect(waiting).rejects.toMatchObject({ code: "JOURNAL_FULL" });
    const all = await readAll(journal);
    expect(all.map((entry) => entry.id)).toEqual(ids(1, durable));
    await journal.close();
    await refused;
  });

  test("takes released entries first, however young, and never the newest segment", async () => {
    const faulty = createFaultyDisk();
    const { journal, log } = await openJournal(faulty.disk, small);
    const { durable, waiting } = await fill(journal, log);
    await journal.release(journal.end);
    await waiting;
    expect(journal.start.sequence).toBeGreaterThan(0);
    // No more of them than the room that is needed takes.
    expect(journal.start.sequence).toBeLessThan(durable / 2);
    await journal.close();
    const again = await openJournal(faulty.disk, small);
    expect(again.journal.end.sequence).toBe(durable + 1);
  });

  test("leaves the reserve to events of our own, also where others come in the same moment", async () => {
    const like = await openJournal(createFaultyDisk().disk, small);
    const { durable, waiting } = await fill(like.journal, like.log);
    await like.journal.release(like.journal.end);
    await waiting;
    const { journal, log } = await openJournal(createFaultyDisk().disk, small);
    for (let sequence = 1; sequence <= durable; sequence += 1)
      await journal.append(newEntries(sequence, sequence, 4_000));
    const number = durable + 1;
    const own = journal.append([ownEntry(number, 4_000)]);
    let isTaken = false;
    const other = journal.append(newEntries(number + 1, number + 1, 4_000)).then(() => {
      isTaken = true;
    });
    expect((await own).sequence).toBe(number);
    await expect.poll(() => log.lines).toContain(AT_LIMIT);
    expect(isTaken).toBe(false);
    await journal.release(journal.end);
    await other;
    expect(journal.end.sequence).toBe(number + 1);
  });

  test("is nothing to speak of while released entries make room", async () => {
    const { journal, log } = await openJournal(createFaultyDisk().disk, small);
    for (let number = 1; number <= 80; number += 1) {
      const position = await journal.append(newEntries(number, number, 4_000));
      await journal.release(position);
    }
    expect(log.lines).not.toContain(AT_LIMIT);
    expect(journal.start.sequence).toBeGreaterThan(0);
  });

  test("leaves the reserve to events of our own", async () => {
    const faulty = createFaultyDisk();
    const first = await openJournal(faulty.disk, small);
    const { durable, waiting } = await fill(first.journal, first.log);
    const refused = expect(waiting).rejects.toMatchObject({ code: "JOURNAL_FULL" });
    await first.journal.close();
    await refused;
    const { journal } = await openJournal(faulty.disk, small);
    const position = await journal.append([ownEntry(durable + 1, 4_000)]);
    expect(position.sequence).toBe(durable + 1);
    expect(journal.sizeBytes).toBeLessThanOrEqual(small.sizeBytesMax);
    const [next, last] = [durable + 2, durable + 3];
    const mixed = journal.append([ownEntry(next, 4_000), ...newEntries(last, last, 4_000)]);
    const waits = expect(mixed).rejects.toMatchObject({ code: "JOURNAL_FULL" });
    await journal.close();
    await waits;
  });
});

describe("a full disk", () => {
  test("takes released entries, however young, and never the newest segment", async () => {
    const faulty = createFaultyDisk();
    const options = { segmentBytesMax: 20_000, lingerMs: 0 };
    const { journal } = await openJournal(faulty.disk, options);
    for (let first = 1; first <= 40; first += 10)
      await journal.append(newEntries(first, first + 9, 2_000));
    await journal.release(journal.end);
    expect(journal.start.sequence).toBe(0);
    faulty.capacityBytes = faulty.usedBytes;
    await journal.append(newEntries(41, 50, 2_000));
    expect(journal.start.sequence).toBeGreaterThan(0);
    faulty.capacityBytes = faulty.bytes(newestOf(faulty)).byteLength;
    await journal.release(journal.end);
    const refused = expect(journal.append(newEntries(51, 60, 2_000))).rejects.toMatchObject({
      code: "JOURNAL_FULL",
    });
    await expect.poll(() => journal.start.sequence).toBe(40);
    await journal.close();
    await refused;
    faulty.capacityBytes = Infinity;
    const again = await openJournal(faulty.disk, options);
    expect(again.journal.end.sequence).toBe(50);
  });
});

describe("release", () => {
  const options: Partial<LocalJournalOptions> = { segmentBytesMax: 20_000, lingerMs: 0 };

  async function days(journal: Journal, clock: { passMs(ms: number): void }): Promise<void> {
    for (let day = 0; day < 5; day += 1) {
      await journal.append(newEntries(day * 10 + 1, day * 10 + 10, 2_000));
      clock.passMs(DAY_MS);
    }
  }

  test("unlinks only what is both released and older than the journal keeps", async () => {
    const faulty = createFaultyDisk();
    const clock = createImpatientClock(100 * DAY_MS);
    const keeping = { ...options, clock, keepMs: 2.5 * DAY_MS };
    const { journal } = await openJournal(faulty.disk, keeping);
    await days(journal, clock);
    await journal.release({ ...journal.end, sequence: 9 });
    expect(journal.start.sequence).toBe(0);
    await journal.release({ ...journal.end, sequence: 10 });
    expect(journal.start.sequence).toBe(10);
    await journal.release(journal.end);
    expect(journal.start.sequence).toBe(20);
    clock.passMs(DAY_MS);
    await journal.close();
    const again = await openJournal(faulty.disk, keeping);
    await again.journal.release(again.journal.end);
    expect(again.journal.start.sequence).toBe(30);
    expect(again.damages).toEqual([]);
    expect(faulty.openFiles).toBe(0);
  });

  test("keeps a segment of which nobody can say when it ended, since the next one has lost its header", async () => {
    const faulty = createFaultyDisk();
    const clock = createImpatientClock(100 * DAY_MS);
    const { journal } = await openJournal(faulty.disk, { ...options, clock });
    await days(journal, clock);
    await journal.close();
    const [, , third = ""] = faulty.paths.filter(isSegment);
    faulty.corrupt(third, (bytes) => bytes.fill(0, 0, 4));
    const again = await openJournal(faulty.disk, { ...options, clock, keepMs: 0 });
    await again.journal.release(again.journal.end);
    expect(again.journal.start.sequence).toBe(10);
    expect(faulty.openFiles).toBe(0);
  });

  test("unlinks nothing before it is noted, also where the disk refuses the note", async () => {
    const faulty = createFaultyDisk();
    const clock = createImpatientClock(100 * DAY_MS);
    const { journal } = await openJournal(faulty.disk, { ...options, clock, keepMs: 0 });
    await days(journal, clock);
    const before = faulty.paths;
    faulty.fault = ({ operation }) => (operation === "rename" ? { code: "EIO" } : null);
    await journal.release(journal.end);
    expect(journal.start.sequence).toBe(0);
    expect(faulty.paths).toEqual(expect.arrayContaining([...before]));
    faulty.fault = () => null;
    await journal.release(journal.end);
    expect(journal.start.sequence).toBe(40);
  });

  test("goes on behind a segment that somebody else removed, and comes back to one that the disk would not unlink", async () => {
    const faulty = createFaultyDisk();
    const clock = createImpatientClock(100 * DAY_MS);
    const { journal } = await openJournal(faulty.disk, { ...options, clock, keepMs: 0 });
    await days(journal, clock);
    const [first = "", second = "", third = ""] = faulty.paths.filter(isSegment);
    faulty.remove(first);
    faulty.fault = ({ operation, path }) =>
      operation === "unlink" && path === third ? { code: "EIO" } : null;
    await journal.release(journal.end);
    expect(journal.start.sequence).toBe(20);
    expect(faulty.paths).not.toContain(second);
    expect(faulty.paths).toContain(third);
    faulty.fault = () => null;
    await journal.release(journal.end);
    expect(journal.start.sequence).toBe(40);
    expect(faulty.paths.filter(isSegment)).toEqual([newestOf(faulty)]);
  });

  test("never unlinks the newest segment, so that the sequence goes on after a restart", async () => {
    const faulty = createFaultyDisk();
    const clock = createImpatientClock(100 * DAY_MS);
    const { journal } = await openJournal(faulty.disk, { ...options, clock, keepMs: 0 });
    await days(journal, clock);
    await journal.release(journal.end);
    expect(journal.start.sequence).toBe(40);
    await journal.close();
    expect(faulty.openFiles).toBe(0);
    const again = await openJournal(faulty.disk, { ...options, clock, keepMs: 0 });
    await again.journal.release(again.journal.end);
    const position = await again.journal.append(newEntries(51, 51));
    expect(position.sequence).toBe(51);
    // The newest segment alone is open.
    expect(faulty.openFiles).toBe(1);
    expect((await readAll(again.journal, { after: again.journal.start })).length).toBe(11);
    expect(again.damages).toEqual([]);
  });

  test("leaves what it unlinked gone for good, on a disk that takes its time", async () => {
    const faulty = createFaultyDisk();
    const clock = createImpatientClock(100 * DAY_MS);
    const { journal } = await openJournal(faulty.disk, { ...options, clock, keepMs: 0 });
    await days(journal, clock);
    faulty.delay = async ({ operation }) => {
      for (let turns = operation === "unlink" ? 20 : 0; turns > 0; turns -= 1) await nextTurn();
    };
    await journal.release(journal.end);
    faulty.delay = null;
    const left = faulty.afterPowerLoss().paths.filter(isSegment);
    expect(left).toEqual([newestOf(faulty)]);
  });

  test("is no loss to a reader that starts at the oldest entry", async () => {
    const clock = createImpatientClock(100 * DAY_MS);
    const { journal, damages } = await openJournal(createFaultyDisk().disk, {
      ...options,
      clock,
      keepMs: 0,
      recentBytesMax: 0,
    });
    await days(journal, clock);
    await journal.release({ ...journal.end, sequence: 25 });
    const found = await readAll(journal);
    expect(found[0]?.position.sequence).toBe(21);
    expect(damages).toEqual([]);
  });
});
