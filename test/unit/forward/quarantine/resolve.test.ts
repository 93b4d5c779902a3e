import { describe, expect, it } from "vitest";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import { someEntries } from "../../../support/entries.ts";
import {
  openQuarantine,
  REFUSED,
  restEach,
  restingIds,
  restingIn,
  SUSPECT,
} from "../../../support/quarantine.ts";

const LATER = { ...REFUSED, cause: 'status 413: "too large"' };

describe("quarantine.resolve()", () => {
  it("ends the rest of what was delivered, durably, and leaves the others", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty);
    const entries = someEntries(4);
    await quarantine.rest(entries, REFUSED);
    await quarantine.resolve(entries.slice(1, 3));
    expect(quarantine.count).toBe(2);
    expect(await restingIds(quarantine)).toEqual(["event-1", "event-4"]);
    const reopened = await openQuarantine(faulty.afterPowerLoss());
    expect(reopened.count).toBe(2);
    expect(await restingIds(reopened)).toEqual(["event-1", "event-4"]);
  });

  it("lets an event come to rest again when a crash made the pipeline refuse it once more", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty);
    await quarantine.rest(someEntries(1), REFUSED);
    await quarantine.resolve(someEntries(1));
    await quarantine.rest(someEntries(1), LATER);
    expect(quarantine.count).toBe(1);
    const reopened = await openQuarantine(faulty.afterPowerLoss());
    expect(reopened.count).toBe(1);
    expect(await restingIn(reopened)).toMatchObject([{ eventId: "event-1", cause: LATER.cause }]);
  });

  it("lets it rest again in the next run, too: passed over, it would be lost", async () => {
    const faulty = createFaultyDisk();
    const before = await openQuarantine(faulty);
    await before.rest(someEntries(1), REFUSED);
    await before.resolve(someEntries(1));
    const quarantine = await openQuarantine(faulty.afterPowerLoss());
    await quarantine.rest(someEntries(1), LATER);
    expect(quarantine.count).toBe(1);
    expect(await restingIn(quarantine)).toMatchObject([{ eventId: "event-1", cause: LATER.cause }]);
  });

  it("of nothing writes nothing", async () => {
    const faulty = createFaultyDisk();
    await (await openQuarantine(faulty)).resolve([]);
    expect(faulty.paths).toEqual([]);
  });
});

describe("quarantine.restAgain()", () => {
  it("puts the new cause in the place of the one before, and counts nothing twice", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty);
    const entries = someEntries(3);
    await quarantine.rest(entries, SUSPECT);
    await quarantine.restAgain(entries.slice(1, 2), LATER);
    expect(quarantine.count).toBe(3);
    const reopened = await openQuarantine(faulty.afterPowerLoss());
    expect(reopened.count).toBe(3);
    expect((await restingIn(reopened)).map(({ eventId, cause }) => [eventId, cause])).toEqual([
      ["event-1", SUSPECT.cause],
      ["event-3", SUSPECT.cause],
      ["event-2", LATER.cause],
    ]);
  });
});

describe("what rests from before the start", () => {
  it("is carried over until it is quarantined again, so that the sum of both is what rests", async () => {
    const faulty = createFaultyDisk();
    await (await openQuarantine(faulty)).rest(someEntries(3), REFUSED);
    const quarantine = await openQuarantine(faulty.afterKill());
    expect([quarantine.count, quarantine.carriedOver]).toEqual([3, 3]);
    // The cursor did not come over the last two before the end: they are refused again, and one more.
    await quarantine.rest(someEntries(4).slice(1), REFUSED);
    expect([quarantine.count, quarantine.carriedOver]).toEqual([4, 1]);
    await quarantine.rest(someEntries(4).slice(1), REFUSED);
    expect([quarantine.count, quarantine.carriedOver]).toEqual([4, 1]);
    await quarantine.resolve(someEntries(1));
    expect([quarantine.count, quarantine.carriedOver]).toEqual([3, 1]);
  });
});

it("what rests from before the start, is delivered and comes to rest once more is a rest of this run", async () => {
  const faulty = createFaultyDisk();
  await (await openQuarantine(faulty)).rest(someEntries(2), REFUSED);
  const quarantine = await openQuarantine(faulty.afterKill());
  await quarantine.resolve(someEntries(1));
  await quarantine.rest(someEntries(1), REFUSED);
  expect([quarantine.count, quarantine.carriedOver]).toEqual([2, 2]);
});

describe("quarantine.compact()", () => {
  const SMALL = { fileBytesMax: 1 };
  const filesOf = (paths: readonly string[]): readonly number[] =>
    paths.map((path) => Number(/(\d+)\.avro$/.exec(path)?.[1]));

  it("takes away the files of which nothing rests any more, but for the last one", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty, SMALL);
    const entries = someEntries(4);
    await restEach(quarantine, entries);
    await quarantine.resolve(entries);
    await quarantine.compact();
    expect(filesOf(faulty.paths)).toEqual([5]);
    const reopened = await openQuarantine(faulty.afterPowerLoss(), SMALL);
    expect([reopened.count, await restingIds(reopened)]).toEqual([0, []]);
    await reopened.rest(someEntries(1), REFUSED);
    expect((await restingIn(reopened)).map(({ sequence }) => sequence)).toEqual([9]);
  });

  it("takes away the files of resolutions, too, once nothing rests that they end", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty, SMALL);
    const entries = someEntries(3);
    await restEach(quarantine, entries);
    for (const entry of entries) await quarantine.resolve([entry]);
    await quarantine.compact();
    expect(filesOf(faulty.paths)).toEqual([6]);
  });

  it("keeps an event that rests for ever, with its cause and time, and gives back the space around it", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty, SMALL);
    const entries = someEntries(6);
    await restEach(quarantine, entries);
    const [before] = await restingIn(quarantine);
    await quarantine.resolve(entries.slice(1));
    await quarantine.compact();
    expect(filesOf(faulty.paths)).toEqual([7, 8]);
    const reopened = await openQuarantine(faulty.afterPowerLoss(), SMALL);
    expect(await restingIn(reopened)).toEqual([{ ...before, sequence: 12 }]);
  });

  it("moves nothing while more than half of it rests", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty, SMALL);
    const entries = someEntries(6);
    await restEach(quarantine, entries);
    await quarantine.resolve(entries.slice(0, 2));
    const before = faulty.paths;
    await quarantine.compact();
    expect(faulty.paths).toEqual(before);
    await quarantine.resolve(entries.slice(2, 5));
    await quarantine.compact();
    expect(faulty.paths.length).toBeLessThan(before.length);
    expect(await restingIds(quarantine)).toEqual(["event-6"]);
  });

  it("leaves everything as it is on a full disk", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty, SMALL);
    const entries = someEntries(6);
    await restEach(quarantine, entries);
    await quarantine.resolve(entries.slice(1));
    faulty.capacityBytes = faulty.usedBytes + 20;
    await expect(quarantine.compact()).rejects.not.toHaveProperty("code");
    expect(await restingIds(quarantine)).toEqual(["event-1"]);
    faulty.capacityBytes = Infinity;
    await quarantine.compact();
    expect(await restingIds(quarantine)).toEqual(["event-1"]);
  });

  it("hides no event from a list that is being read meanwhile", async () => {
    const faulty = createFaultyDisk();
    const quarantine = await openQuarantine(faulty, SMALL);
    const entries = someEntries(8);
    await restEach(quarantine, entries);
    await quarantine.resolve(entries.slice(2));
    const seen: string[] = [];
    for await (const { eventId } of quarantine.list()) {
      if (seen.length === 0) await quarantine.compact();
      seen.push(eventId);
    }
    expect(seen).toEqual(["event-1", "event-2"]);
    expect(await restingIds(quarantine)).toEqual(["event-1", "event-2"]);
  });
});
