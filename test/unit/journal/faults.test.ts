import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createManualClock } from "../../contract/file-tail/manual-clock.ts";
import { newEntries, newEntry, ownEntry } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { DiskCall } from "../../support/disk-faulty.ts";
import { createImpatientClock, ids, idsOf, openJournal } from "../../support/disk-journal.ts";

const FULL = "The disk is full: the journal and collectors wait";

describe("a failed fsync", () => {
  test.each(["sync", "syncFolder"] as const)(
    "of %s rejects every append under way and every later one with JOURNAL_WRITE_FAILED",
    async (operation) => {
      const faulty = createFaultyDisk();
      const { journal } = await openJournal(faulty.disk);
      faulty.fault = only(operation, "EIO");
      const appends = [
        journal.append(newEntries(1, 3)),
        journal.append(newEntries(4, 6)),
        journal.append([]),
      ];
      const settled = await Promise.allSettled(appends);
      expect(settled.map((result) => result.status)).toEqual(["rejected", "rejected", "rejected"]);
      faulty.fault = () => null;
      await expect(journal.append(newEntries(7, 7))).rejects.toMatchObject({
        code: "JOURNAL_WRITE_FAILED",
      });
      expect(journal.end.sequence).toBe(0);
      await journal.close();
    },
  );

  test("keeps the batch that is ready behind it from the disk, whose sequence would have a hole", async () => {
    const faulty = createFaultyDisk();
    const { journal } = await openJournal(faulty.disk, { lingerMs: 0 });
    await journal.append(newEntries(1, 3));
    const ready = Promise.withResolvers<void>();
    let syncs = 0;
    let writesBehind = 0;
    faulty.delay = async ({ operation }) => {
      if (operation === "write" && syncs > 0) writesBehind += 1;
      if (operation === "sync" && ++syncs === 1) await ready.promise;
    };
    faulty.fault = ({ operation }) =>
      operation === "sync" && syncs === 1 ? { code: "EIO" } : null;
    const appends = [journal.append(newEntries(4, 6))];
    await expect.poll(() => syncs).toBe(1);
    appends.push(journal.append(newEntries(7, 9)));
    for (let turns = 20; turns > 0; turns -= 1) await nextTurn();
    ready.resolve();
    const settled = await Promise.allSettled(appends);
    expect(settled.map((result) => result.status)).toEqual(["rejected", "rejected"]);
    await journal.close();
    expect(writesBehind).toBe(0);
    const again = await openJournal(faulty.disk);
    expect(await idsOf(again.journal)).toEqual(ids(1, 6));
    expect(again.damages).toEqual([]);
  });

  test("leaves what was durable before it to the next start", async () => {
    const faulty = createFaultyDisk();
    const { journal } = await openJournal(faulty.disk);
    await journal.append(newEntries(1, 3));
    faulty.fault = only("sync", "EIO");
    await expect(journal.append(newEntries(4, 6))).rejects.toMatchObject({
      code: "JOURNAL_WRITE_FAILED",
    });
    const again = await openJournal(faulty.afterPowerLoss().disk);
    expect(await idsOf(again.journal)).toEqual(ids(1, 3));
  });
});

test("what a start finds after a failed fsync is durable: a later fsync alone would not make it so", async () => {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  for (const [first, last] of [
    [1, 3],
    [4, 6],
  ] as const) {
    const open = first === 1 ? journal : (await openJournal(faulty.disk)).journal;
    faulty.fault = only("sync", "EIO");
    await expect(open.append(newEntries(first, last))).rejects.toMatchObject({
      code: "JOURNAL_WRITE_FAILED",
    });
    faulty.fault = () => null;
    const found = await idsOf((await openJournal(faulty.disk)).journal);
    expect(found).toEqual(ids(1, last));
    expect(await idsOf((await openJournal(faulty.afterPowerLoss().disk)).journal)).toEqual(found);
  }
});

test("a write error that is no full disk rejects with JOURNAL_WRITE_FAILED", async () => {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 1));
  faulty.fault = only("write", "EIO", 100);
  await expect(journal.append(newEntries(2, 2))).rejects.toMatchObject({
    code: "JOURNAL_WRITE_FAILED",
  });
});

describe("a full disk", () => {
  test("makes appends wait, is said once, and loses nothing once there is room", async () => {
    const faulty = createFaultyDisk();
    const { journal, log } = await openJournal(faulty.disk);
    await journal.append(newEntries(1, 3));
    faulty.capacityBytes = faulty.usedBytes + 50;
    let isDurable = false;
    const appended = journal.append(newEntries(4, 6, 500)).then(() => {
      isDurable = true;
    });
    let tries = 0;
    faulty.fault = ({ operation }) => {
      if (operation === "truncate") tries += 1;
      return null;
    };
    await expect.poll(() => tries).toBeGreaterThan(3);
    expect(isDurable).toBe(false);
    expect(journal.isFull).toBe(true);
    expect(await idsOf(journal)).toEqual(ids(1, 3));
    faulty.capacityBytes = Infinity;
    await appended;
    expect(journal.isFull).toBe(false);
    await journal.append(newEntries(7, 8));
    expect(await idsOf(journal)).toEqual(ids(1, 8));
    expect(log.lines.filter((line) => line === FULL)).toHaveLength(1);
    await journal.close();
    expect(await idsOf((await openJournal(faulty.disk)).journal)).toEqual(ids(1, 8));
  });

  test.each([0, 100, 1_000, 20_000, 40_000])(
    "with %i bytes left at the beginning of a segment makes appends wait, too",
    async (bytesLeft) => {
      const faulty = createFaultyDisk();
      const { journal } = await openJournal(faulty.disk);
      faulty.capacityBytes = faulty.usedBytes + bytesLeft;
      let tries = 0;
      faulty.fault = () => {
        tries += 1;
        return null;
      };
      const appended = journal.append(newEntries(1, 60, 1_000));
      await expect.poll(() => tries).toBeGreaterThan(20);
      expect(journal.end.sequence).toBe(0);
      faulty.capacityBytes = Infinity;
      await appended;
      expect(await idsOf(journal)).toEqual(ids(1, 60));
      await journal.close();
      expect(await idsOf((await openJournal(faulty.disk)).journal)).toEqual(ids(1, 60));
    },
  );

  test("is tried again soon, then less often, and every five seconds at the least", async () => {
    const faulty = createFaultyDisk();
    const waitsMs: number[] = [];
    const patient = createImpatientClock();
    const clock = {
      ...patient,
      sleep: (ms: number, signal: AbortSignal) => {
        waitsMs.push(ms);
        if (waitsMs.length === 8) faulty.capacityBytes = Infinity;
        return patient.sleep(ms, signal);
      },
    };
    const { journal } = await openJournal(faulty.disk, { clock });
    faulty.capacityBytes = faulty.usedBytes;
    await journal.append(newEntries(1, 1));
    expect(waitsMs).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  test("does not keep close waiting: what is not durable is given back", async () => {
    const faulty = createFaultyDisk();
    const { journal } = await openJournal(faulty.disk);
    faulty.capacityBytes = faulty.usedBytes;
    const appended = journal.append(newEntries(1, 1));
    const refused = expect(appended).rejects.toMatchObject({ code: "JOURNAL_FULL" });
    await journal.close();
    await refused;
  });
});

test("an event that cannot be encoded is never acknowledged, and what was durable before it stays", async () => {
  const faulty = createFaultyDisk();
  const { journal } = await openJournal(faulty.disk);
  await journal.append(newEntries(1, 3));
  const entry = newEntry(4);
  const bad = { ...entry, event: { ...entry.event, occurredAt: 0.5 } };
  await expect(journal.append([bad, newEntry(5)])).rejects.toMatchObject({
    code: "JOURNAL_WRITE_FAILED",
    message: expect.stringContaining("event-4") as string,
  });
  await journal.close();
  const again = await openJournal(faulty.disk);
  expect(await idsOf(again.journal)).toEqual(ids(1, 3));
  expect(again.damages).toEqual([]);
});

test("a journal that is closed refuses appends, instead of keeping them waiting", async () => {
  const { journal } = await openJournal(createFaultyDisk().disk);
  await journal.append(newEntries(1, 1));
  await journal.close();
  await expect(journal.append(newEntries(2, 2))).rejects.toMatchObject({
    code: "JOURNAL_WRITE_FAILED",
  });
});

describe("commits", () => {
  test("gather what comes during an fsync into one block", async () => {
    const faulty = createFaultyDisk();
    const { journal, log } = await openJournal(faulty.disk);
    await journal.append(newEntries(1, 1));
    let syncs = 0;
    faulty.fault = ({ operation }) => {
      if (operation === "sync") syncs += 1;
      return null;
    };
    await Promise.all(newEntries(2, 101).map((entry) => journal.append([entry])));
    expect(syncs).toBeLessThan(10);
    expect(log.lines).toEqual([]);
    expect(await idsOf(journal)).toEqual(ids(1, 101));
  });

  test("gather what comes one by one while a slow fsync is under way", async () => {
    const faulty = createFaultyDisk();
    const clock = createManualClock();
    const { journal } = await openJournal(faulty.disk, { clock });
    const done = Promise.withResolvers<void>();
    let syncs = 0;
    faulty.delay = async ({ operation, path }) => {
      if (operation !== "sync" || !path.endsWith(".avro")) return;
      syncs += 1;
      if (syncs === 1) await done.promise;
    };
    const appends = [journal.append(newEntries(1, 1))];
    await expect.poll(() => syncs).toBe(1);
    for (const entry of newEntries(2, 10)) {
      appends.push(journal.append([entry]));
      await nextTurn();
    }
    done.resolve();
    await Promise.all(appends);
    expect(syncs).toBe(2);
    expect(clock.sleepers).toBe(0);
    expect(await idsOf(journal)).toEqual(ids(1, 10));
  });

  test("of many megabytes become several blocks, and the append resolves with the last one", async () => {
    const faulty = createFaultyDisk();
    const { journal } = await openJournal(faulty.disk, { commitBytesMax: 10_000 });
    const position = await journal.append([...newEntries(1, 99, 1_000), ownEntry(100, 1_000)]);
    expect(position.sequence).toBe(100);
    expect(await idsOf(journal)).toEqual(ids(1, 100));
  });

  test("take entries far larger than their size", async () => {
    const { journal } = await openJournal(createFaultyDisk().disk, { commitBytesMax: 10_000 });
    await journal.append(newEntries(1, 2, 3_000_000));
    await journal.append(newEntries(3, 3));
    expect(await idsOf(journal)).toEqual(ids(1, 3));
  });
});

function only(operation: DiskCall["operation"], code: string, writtenBytes?: number) {
  const fault = writtenBytes === undefined ? { code } : { code, writtenBytes };
  return (call: DiskCall) => (call.operation === operation ? fault : null);
}
