import { expect, it } from "vitest";
import { DELIVERED } from "../../../../src/model/delivery.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import type { Quarantine } from "../../../../src/ports/quarantine.ts";
import { CRASH_TEST_MS, crashEverywhere } from "../../../support/crash.ts";
import type { Life } from "../../../support/crash.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import { someEntries } from "../../../support/entries.ts";
import { openQuarantine, REFUSED, restingIds } from "../../../support/quarantine.ts";
import { aRedriver } from "./bench.ts";

/** What an outsider knows. */
interface Promised {
  /** Their rest had resolved: the pipeline's cursor may be past them. */
  readonly rested: Set<string>;
  /** The destination has them. */
  readonly delivered: Set<string>;
  /** Their redrive was told as done. */
  readonly told: Set<string>;
}

const ENTRIES = someEntries(4);
const STILL_REFUSED = "event-3";
/** Every rest begins a file. */
const SMALL = { fileBytesMax: 1 };

function answer(ids: readonly string[]): Delivery {
  return ids.includes(STILL_REFUSED) ? { status: "refused", cause: "no longer" } : DELIVERED;
}

async function restAll(quarantine: Quarantine, { rested }: Promised): Promise<void> {
  for (const entry of ENTRIES.filter(({ id }) => !rested.has(id))) {
    await quarantine.rest([entry], REFUSED);
    rested.add(entry.id);
  }
}

/** Redrives, and rejects where the disk goes away: what waits for room waits for ever. */
async function redriveAll(quarantine: Quarantine, promised: Promised): Promise<void> {
  const stop = new AbortController();
  const { redrive } = aRedriver(quarantine, {
    entriesMax: 2,
    onWait: () => stop.abort(),
    script: (ids) => {
      const delivery = answer(ids);
      if (delivery.status === "delivered") for (const id of ids) promised.delivered.add(id);
      return delivery;
    },
  });
  const counts = await redrive({}, stop.signal);
  if (counts.problem !== null) throw new Error(counts.problem);
  for (const { id } of ENTRIES) if (id !== STILL_REFUSED) promised.told.add(id);
}

const life: Life<Promised> = {
  begin: () => ({ rested: new Set(), delivered: new Set(), told: new Set() }),
  live: async (faulty, promised) => {
    const quarantine = await openQuarantine(faulty, SMALL);
    await restAll(quarantine, promised);
    await redriveAll(quarantine, promised);
  },
  check: async (faulty, promised) => {
    const quarantine = await openQuarantine(faulty, SMALL);
    const resting = await restingIds(quarantine);
    expect(quarantine.count).toBe(resting.length);
    expect(new Set(resting).size).toBe(resting.length);
    const { rested, delivered, told } = promised;
    expect([...rested].filter((id) => !delivered.has(id) && !resting.includes(id))).toEqual([]);
    expect([...told].filter((id) => resting.includes(id))).toEqual([]);
    await restAll(quarantine, promised);
    await redriveAll(quarantine, promised);
    expect(await restingIds(quarantine)).toEqual([STILL_REFUSED]);
    await quarantine.close();
  },
};

it("gives files back in the life that is ended everywhere, or that would show nothing of it", async () => {
  const faulty = createFaultyDisk();
  await life.live(faulty, life.begin());
  const numbers = faulty.paths.map((path) => Number(/(\d+)\.avro$/.exec(path)?.[1]));
  expect(numbers.length).toBeLessThan(4);
  expect(numbers).not.toContain(1);
});

it(
  "a crash at any call to the disk while events come to rest, are redriven and files are given back makes copies: it loses none, and wakes none that was told as redriven",
  async () => {
    expect(await crashEverywhere(life, { changesOnly: true })).toBeGreaterThan(60);
  },
  CRASH_TEST_MS,
);
