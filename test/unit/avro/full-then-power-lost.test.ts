import { expect, test } from "vitest";
import { createFaultyDisk, ignorePowerLoss, offFrom } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { numberRecords, numbers, numbersIn, openNumberFile } from "../../support/number-file.ts";
import { seededRandom } from "../../support/random.ts";
import type { Random } from "../../support/random.ts";
import { randomSurvival } from "../../support/virtual-disk/survival.ts";

const HUNDREDS = Array.from({ length: 10 }, (_, index) => 100 * index);
/** The middle of a block is whole sectors. */
const PAD_BYTES = 1_500;

/** Appends one, which stays; fails with others, for want of room; and ends with one more, which the power loss interrupts. */
async function live(faulty: FaultyDisk, random: Random): Promise<void> {
  const file = await openNumberFile(faulty.disk);
  await file.append(numberRecords(1, 1, PAD_BYTES));
  for (let failures = 1 + random.below(2); failures > 0; failures -= 1) {
    faulty.capacityBytes = faulty.usedBytes + random.below(PAD_BYTES);
    const tooMuch = file.append(numberRecords(1_000 + failures, 1_000 + failures, PAD_BYTES));
    await expect(tooMuch).rejects.toMatchObject({ problem: "full" });
    expect(faulty.bytes("/numbers.avro").byteLength).toBe(file.sizeBytes);
  }
  faulty.capacityBytes = Infinity;
  // The write is made; of its fsync nobody knows.
  faulty.fault = offFrom(faulty.calls + 2);
  await file.append(numberRecords(2, 2, PAD_BYTES));
}

test.each(HUNDREDS)(
  "of an append for which there was no room nothing is mixed into the next one, whatever a power loss keeps (seeds from %i)",
  async (from) => {
    for (let seed = from; seed < from + 100; seed += 1) {
      const random = seededRandom(seed);
      const faulty = createFaultyDisk();
      await live(faulty, random).catch(ignorePowerLoss);
      const { disk } = faulty.afterPowerLoss(randomSurvival(random, [0.5, 0.8]));
      const file = await openNumberFile(disk);
      const found = await numbersIn(disk);
      expect(found).toEqual(numbers(1, found.length === 2 ? 2 : 1));
      await file.append(numberRecords(3, 3, PAD_BYTES));
      expect(await numbersIn(disk)).toEqual([...found, 3]);
    }
  },
);
