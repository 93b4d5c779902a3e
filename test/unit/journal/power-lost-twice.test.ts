import { expect, test } from "vitest";
import { newEntry } from "../../support/disk-entries.ts";
import { createFaultyDisk, ignorePowerLoss, offFrom } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { idsOf, openJournal } from "../../support/disk-journal.ts";
import { seededRandom } from "../../support/random.ts";
import type { Random } from "../../support/random.ts";
import { randomSurvival } from "../../support/virtual-disk/survival.ts";

const HUNDREDS = Array.from({ length: 10 }, (_, index) => 100 * index);
/** What survives: first most of a block, which stays incomplete; then half of the next one, mixed with it. */
const SHARES = [0.85, 0.5];
/** The middle of a block is two whole sectors. */
const PAD_BYTES = 1_100;
/** Calls of an append to a new segment up to the fsync of its block: open, header, block. */
const BEFORE_SYNC = 3;

/** What a start finds is promised as much as what an append resolved for. */
async function start(faulty: FaultyDisk, promised: string[]) {
  const { journal, damages } = await openJournal(faulty.disk, { lingerMs: 0 });
  const found = await idsOf(journal);
  expect(damages).toEqual([]);
  expect(found.slice(0, promised.length)).toEqual(promised);
  expect(journal.end.sequence).toBe(found.length);
  promised.push(...found.slice(promised.length));
  return journal;
}

/** Ends when the power goes: while an append begins a segment, or now and then before that. */
async function live(faulty: FaultyDisk, promised: string[], random: Random): Promise<void> {
  const isEarly = random.below(10) === 0;
  if (isEarly) faulty.fault = offFrom(1 + random.below(10));
  const journal = await start(faulty, promised);
  if (!isEarly) faulty.fault = offFrom(faulty.calls + BEFORE_SYNC + 1 + random.below(2));
  // Another event in every life: what the one before left is told from it.
  const entry = newEntry(random.below(1e9), PAD_BYTES);
  await journal.append([entry]);
  promised.push(entry.event.id);
}

test.each(HUNDREDS)(
  "what a commit left of a new segment is never mixed with the next one, whatever two power losses in a row keep (seeds from %i)",
  async (from) => {
    for (let seed = from; seed < from + 100; seed += 1) {
      const random = seededRandom(seed);
      const promised: string[] = [];
      let faulty = createFaultyDisk();
      for (const share of SHARES) {
        await live(faulty, promised, random).catch(ignorePowerLoss);
        faulty = faulty.afterPowerLoss(randomSurvival(random, [share]));
      }
      await start(faulty, promised);
    }
  },
);
