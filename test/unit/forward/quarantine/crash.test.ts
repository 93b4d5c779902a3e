import { expect, it } from "vitest";
import { createQuarantine } from "../../../../src/forward/quarantine/quarantine.ts";
import type { Disk } from "../../../../src/ports/disk.ts";
import type { Quarantine } from "../../../../src/ports/quarantine.ts";
import { CRASH_TEST_MS, crashEverywhere } from "../../../support/crash.ts";
import type { Life } from "../../../support/crash.ts";
import { anEvent, entriesOf } from "../../../support/entries.ts";
import { createQuickClock } from "../../../support/quick-clock.ts";

/** Entries up to these were handed to `rest`, and have come to rest. */
interface Promised {
  handed: number;
  resting: number;
}

const ENTRIES = entriesOf(Array.from({ length: 24 }, (_, n) => anEvent({ id: `event-${n + 1}` })));
const REFUSED = { code: "refused", cause: "status 400", requestId: null } as const;

/** Rolls its file at every other rest. */
function open(disk: Disk): Promise<Quarantine> {
  const clock = createQuickClock();
  const place = { disk, folder: "/quarantine", pipeline: "siem", clock };
  return createQuarantine({ ...place, fileBytesMax: 6_000, appendBytesMax: 4_000 });
}

async function rest(quarantine: Quarantine, promised: Promised, to: number): Promise<void> {
  // As a forwarder whose cursor did not move: from what came to rest for sure.
  const entries = ENTRIES.slice(promised.resting, to);
  promised.handed = Math.max(promised.handed, to);
  await quarantine.rest(entries, REFUSED);
  promised.resting = to;
}

const life: Life<Promised> = {
  begin: () => ({ handed: 0, resting: 0 }),
  live: async (faulty, promised) => {
    const quarantine = await open(faulty.disk);
    for (const to of [2, 3, 9, 10, 14]) await rest(quarantine, promised, to);
    await quarantine.close();
  },
  check: async (faulty, promised) => {
    const quarantine = await open(faulty.disk);
    const found = await idsIn(quarantine);
    expect(found).toEqual(idsTo(found.length));
    expect(found.length).toBeGreaterThanOrEqual(promised.resting);
    expect(found.length).toBeLessThanOrEqual(promised.handed);
    expect(quarantine.count).toBe(found.length);
    await rest(quarantine, promised, Math.min(found.length + 2, ENTRIES.length));
    expect(await idsIn(quarantine)).toEqual(idsTo(promised.resting));
    await quarantine.close();
  },
};

function idsTo(last: number): readonly string[] {
  return ENTRIES.slice(0, last).map(({ id }) => id);
}

async function idsIn(quarantine: Quarantine): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { eventId } of quarantine.list()) ids.push(eventId);
  return ids;
}

it(
  "after a crash at any call of rest and roll, the quarantine opens and has what came to rest, each once, and takes the same again",
  async () => {
    expect(await crashEverywhere(life)).toBeGreaterThan(20);
  },
  CRASH_TEST_MS,
);
