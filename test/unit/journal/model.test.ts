import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ORIGIN } from "../../../src/model/position.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import { newEntries } from "../../support/disk-entries.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { fronts } from "../../support/virtual-disk/survival.ts";
import { ids, idsOf, openJournal, readAll } from "../../support/disk-journal.ts";

/**
 * The journal against the simplest thing that is right: a list of numbers. Appends of any size, restarts and power losses in any order;
 * what was promised is there, once and in order, and a reader that went along has seen the same.
 */
type Step =
  | { readonly kind: "append"; readonly sizes: readonly number[]; readonly padBytes: number }
  | { readonly kind: "read"; readonly entriesMax: number }
  | { readonly kind: "restart" }
  | { readonly kind: "power loss"; readonly keptShare: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      sizes: fc.array(fc.nat(12), { minLength: 1, maxLength: 4 }),
      padBytes: fc.nat(3_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      entriesMax: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("power loss" as const),
      keptShare: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
);

const small = {
  segmentBytesMax: 30_000,
  commitBytesMax: 6_000,
  recentBytesMax: 12_000,
  lingerMs: 1,
};

/** The journal under test and what it promised so far. */
interface World {
  faulty: FaultyDisk;
  journal: Journal;
  promised: number;
  /** What a forwarder with a durable cursor has read. */
  readTo: number;
}

async function take(world: World, next: Step): Promise<void> {
  if (next.kind === "append") await append(world, next);
  else if (next.kind === "read") await read(world, next.entriesMax);
  else if (next.kind === "restart") {
    await world.journal.close();
    await reopen(world, world.faulty);
  } else {
    await losePower(world, next.keptShare);
  }
}

async function append(
  world: World,
  { sizes, padBytes }: { readonly sizes: readonly number[]; readonly padBytes: number },
): Promise<void> {
  const appends: Promise<unknown>[] = [];
  for (const size of sizes) {
    const from = world.promised + 1;
    appends.push(world.journal.append(newEntries(from, from + size - 1, padBytes)));
    world.promised += size;
  }
  await Promise.all(appends);
  expect(world.journal.end.sequence).toBe(world.promised);
}

async function read(world: World, entriesMax: number): Promise<void> {
  if (world.readTo >= world.promised) return;
  const after = { ...ORIGIN, sequence: world.readTo };
  const limits = { entriesMax, bytesMax: 20_000 };
  const entries = await world.journal.read(after, limits, AbortSignal.timeout(5_000));
  expect(entries.map((entry) => entry.id)).toEqual(
    ids(world.readTo + 1, world.readTo + entries.length),
  );
  expect(entries.length).toBeGreaterThan(0);
  world.readTo += entries.length;
}

/** In the middle of an append: what it held may be there or not, in whole commits. */
async function losePower(world: World, keptShare: number): Promise<void> {
  const from = world.promised + 1;
  const unpromised = world.journal.append(newEntries(from, from + 5, 500)).catch(() => undefined);
  const after = world.faulty.afterPowerLoss(fronts((bytes) => Math.floor(bytes * keptShare)));
  await unpromised;
  await world.journal.close();
  await reopen(world, after);
  const end = world.journal.end.sequence;
  expect(end).toBeGreaterThanOrEqual(world.promised);
  expect(end).toBeLessThanOrEqual(world.promised + 6);
  world.promised = end;
}

async function reopen(world: World, faulty: FaultyDisk): Promise<void> {
  const { journal, damages } = await openJournal(faulty.disk, small);
  expect(damages).toEqual([]);
  world.faulty = faulty;
  world.journal = journal;
}

test("appends, reads, restarts and power losses in any order leave what a list would hold", async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const faulty = createFaultyDisk();
      const { journal } = await openJournal(faulty.disk, small);
      const world: World = { faulty, journal, promised: 0, readTo: 0 };
      for (const next of taken) await take(world, next);
      expect(await idsOf(world.journal)).toEqual(ids(1, world.promised));
      expect(await readAll(world.journal, { entriesMax: 1 })).toHaveLength(world.promised);
      await world.journal.close();
    }),
    { numRuns: 60 },
  );
});
