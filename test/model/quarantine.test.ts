import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createQuarantine } from "../../src/forward/quarantine/quarantine.ts";
import type { Quarantine } from "../../src/ports/quarantine.ts";
import { createFaultyDisk } from "../support/disk-faulty.ts";
import type { FaultyDisk } from "../support/disk-faulty.ts";
import { anEvent, entriesOf } from "../support/entries.ts";
import { createQuickClock } from "../support/quick-clock.ts";
import { command, describeEnd, diskAfter } from "./command.ts";

const REFUSED = { code: "refused", cause: "status 400", requestId: null } as const;
const ENTRIES = entriesOf(Array.from({ length: 200 }, (_, n) => anEvent({ id: `event-${n + 1}` })));

/** Entries 1 to here rest. */
interface Model {
  resting: number;
}

interface Real {
  faulty: FaultyDisk;
  quarantine: Quarantine;
}

/** Small files and appends, so that rests are split and files rolled. */
function open({ disk }: FaultyDisk): Promise<Quarantine> {
  const place = { disk, folder: "/quarantine", pipeline: "siem", clock: createQuickClock() };
  return createQuarantine({ ...place, fileBytesMax: 8_000, appendBytesMax: 3_000 });
}

async function check(model: Model, { quarantine }: Real, handed: number): Promise<void> {
  const ids: string[] = [];
  for await (const { eventId } of quarantine.list()) ids.push(eventId);
  expect(ids).toEqual(ENTRIES.slice(0, ids.length).map(({ id }) => id));
  expect(ids.length).toBeGreaterThanOrEqual(model.resting);
  expect(ids.length).toBeLessThanOrEqual(model.resting + handed);
  expect(quarantine.count).toBe(ids.length);
  model.resting = ids.length;
}

/** The last few come again, as after a crash between the rest and the cursor. */
const rest = fc.tuple(fc.nat(8), fc.nat(5)).map(([count, again]) =>
  command<Model, Real>(`rest(${count}, and ${again} again)`, async (model, real) => {
    const from = Math.max(0, model.resting - again);
    await real.quarantine.rest(ENTRIES.slice(from, model.resting + count), REFUSED);
    model.resting += count;
    await check(model, real, 0);
  }),
);

const crash = fc
  .tuple(fc.nat(8), fc.nat(16), fc.option(fc.nat(1_000_000)))
  .map(([count, calls, end]) =>
    command<Model, Real>(
      `crash(in rest(${count}), after ${calls} calls, ${describeEnd(end)})`,
      async (model, real) => {
        const first = real.faulty.calls;
        real.faulty.fault = ({ number }) => (number > first + calls ? { code: "EIO" } : null);
        const entries = ENTRIES.slice(model.resting, model.resting + count);
        await real.quarantine.rest(entries, REFUSED).catch(() => undefined);
        real.faulty = diskAfter(real.faulty, end);
        real.quarantine = await open(real.faulty);
        await check(model, real, count);
      },
    ),
  );

/** A rest that a full disk refuses leaves a part of it in whole appends, and the same one may come again. */
const fillUp = fc.nat(6_000).map((roomBytes) =>
  command<Model, Real>(`fill up(${roomBytes} bytes left)`, async (model, real) => {
    const entries = ENTRIES.slice(model.resting, model.resting + 6);
    real.faulty.capacityBytes = real.faulty.usedBytes + roomBytes;
    await real.quarantine.rest(entries, REFUSED).catch(() => undefined);
    real.faulty.capacityBytes = Infinity;
    await real.quarantine.rest(entries, REFUSED);
    model.resting += 6;
    await check(model, real, 0);
  }),
);

test("whatever rests, crashes and full disks come in whatever order, the quarantine has what came to rest, each event once, in order", async () => {
  const commands = fc.commands([rest, rest, crash, fillUp], { maxCommands: 16 });
  await fc.assert(
    fc.asyncProperty(commands, async (taken) => {
      const faulty = createFaultyDisk();
      const real: Real = { faulty, quarantine: await open(faulty) };
      const model: Model = { resting: 0 };
      await fc.asyncModelRun(() => ({ model, real }), taken);
      real.quarantine = await open(real.faulty.afterPowerLoss());
      await check(model, real, 0);
    }),
    { numRuns: 60 },
  );
}, 60_000);
