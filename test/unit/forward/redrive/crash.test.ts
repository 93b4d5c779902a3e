import { describe, expect, it } from "vitest";
import { DELIVERED } from "../../../../src/model/delivery.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import { createFaultyDisk, offFrom } from "../../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../../support/disk-faulty.ts";
import { someEntries } from "../../../support/entries.ts";
import { openQuarantine, REFUSED, restingIds } from "../../../support/quarantine.ts";
import { seededRandom } from "../../../support/random.ts";
import {
  CONTENTS_SURVIVE,
  EVERYTHING_SURVIVES,
  NAMES_SURVIVE,
  NOTHING_SURVIVES,
  randomSurvival,
} from "../../../support/virtual-disk/survival.ts";
import type { Survival } from "../../../support/virtual-disk/survival.ts";
import { aRedriver } from "./bench.ts";

const SEED = Number(process.env["CHAPERONE_SEED"] ?? 20_261_127);
const SMALL = { fileBytesMax: 1_500 };
const entries = someEntries(9);
const STILL_REFUSED = "event-4";

/** What an outsider knows of a life that ended somewhere. */
interface Known {
  /** Their rest had resolved: the pipeline's cursor may be past them. */
  readonly rested: Set<string>;
  /** The destination has them. */
  readonly delivered: Set<string>;
  /** Their redrive was told as done. */
  readonly told: Set<string>;
}

const none = (): Known => ({ rested: new Set(), delivered: new Set(), told: new Set() });

function answer(ids: readonly string[]): Delivery {
  return ids.includes(STILL_REFUSED) ? { status: "refused", cause: "no longer" } : DELIVERED;
}

/** Events come to rest, are redriven by twos, and the files of what is resolved go. */
async function live(faulty: FaultyDisk, known: Known): Promise<void> {
  const quarantine = await openQuarantine(faulty, SMALL);
  for (const entry of entries) {
    await quarantine.rest([entry], REFUSED);
    known.rested.add(entry.id);
  }
  const { redrive } = aRedriver(quarantine, {
    entriesMax: 2,
    limits: { retryMsMax: 1 },
    script: (ids) => {
      const delivery = answer(ids);
      if (delivery.status === "delivered") for (const id of ids) known.delivered.add(id);
      return delivery;
    },
  });
  for (const eventId of ["event-2", "event-7"])
    if ((await redrive({ eventId })).delivered === 1) known.told.add(eventId);
  const counts = await redrive();
  if (counts.problem === null)
    for (const { id } of entries) if (id !== STILL_REFUSED) known.told.add(id);
}

/** Lives until the disk is off. A disk that is full or off for ever is waited for: the clock of the wait says when to stop. */
async function liveUntilOff(faulty: FaultyDisk): Promise<Known> {
  const known = none();
  await Promise.race([
    live(faulty, known).catch(() => undefined),
    new Promise<void>((resolve) => {
      const before = faulty.fault;
      let faults = 0;
      faulty.fault = (call) => {
        const fault = before(call);
        if (fault !== null && ++faults > 20) resolve();
        return fault;
      };
    }),
  ]);
  return known;
}

async function check(after: FaultyDisk, known: Known, where: string): Promise<void> {
  const quarantine = await openQuarantine(after, SMALL);
  const resting = await restingIds(quarantine);
  expect(quarantine.count, where).toBe(resting.length);
  expect(new Set(resting).size, where).toBe(resting.length);
  const lost = [...known.rested].filter((id) => !known.delivered.has(id) && !resting.includes(id));
  expect(lost, where).toEqual([]);
  expect(
    [...known.told].filter((id) => resting.includes(id)),
    where,
  ).toEqual([]);
  // And the next life comes to the end that one without a crash has.
  for (const entry of entries)
    if (!known.rested.has(entry.id)) await quarantine.rest([entry], REFUSED);
  const { redrive } = aRedriver(quarantine, { script: answer, entriesMax: 2 });
  expect(await redrive(), where).toMatchObject({ refused: 1, problem: null });
  const reopened = await openQuarantine(after.afterPowerLoss(), SMALL);
  expect(await restingIds(reopened), where).toEqual([STILL_REFUSED]);
}

const SURVIVALS: Readonly<Record<string, (call: number) => Survival>> = {
  nothing: () => NOTHING_SURVIVES,
  everything: () => EVERYTHING_SURVIVES,
  names: () => NAMES_SURVIVE,
  contents: () => CONTENTS_SURVIVE,
  "some sectors and names": (call) => randomSurvival(seededRandom(SEED + call)),
};

describe(`a crash at any call to the disk while events come to rest, are redriven, and files are given back (seed ${SEED})`, () => {
  it("is tried at every call of a life that also gives files back", async () => {
    const faulty = createFaultyDisk();
    const known = none();
    await live(faulty, known);
    expect(known.told.size).toBe(8);
    expect(faulty.calls).toBeGreaterThan(100);
    expect(faulty.paths.some((path) => path.endsWith("000001.avro"))).toBe(false);
  });

  for (const [name, survivalAt] of Object.entries(SURVIVALS))
    it(`loses no event and wakes none that was told as redriven when the power goes and ${name} of the unsynced survives`, async () => {
      for (let call = 1; ; call++) {
        const faulty = createFaultyDisk();
        faulty.fault = offFrom(call);
        const known = await liveUntilOff(faulty);
        if (faulty.calls < call) return;
        await check(faulty.afterPowerLoss(survivalAt(call)), known, `call ${call}`);
      }
    });

  it("loses no event and wakes none that was told as redriven when the process is killed", async () => {
    for (let call = 1; ; call++) {
      const faulty = createFaultyDisk();
      faulty.fault = offFrom(call);
      const known = await liveUntilOff(faulty);
      if (faulty.calls < call) return;
      await check(faulty.afterKill(), known, `call ${call}`);
    }
  });
});
