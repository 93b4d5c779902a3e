import * as fc from "fast-check";
import { expect } from "vitest";
import { segmentName } from "../../../src/journal/local/segment.ts";
import { newEntries } from "../../support/disk-entries.ts";
import { FOLDER } from "../../support/disk-journal.ts";
import { EVERYTHING_SURVIVES } from "../../support/virtual-disk/survival.ts";
import { command, describeEnd, diskAfter } from "../command.ts";
import { at, readOn, release, segments, settleCrash, start, turns, whenAppended } from "./world.ts";
import type { Model, World } from "./world.ts";

type Command = fc.AsyncCommand<Model, World>;

const sizes = fc.array(fc.nat(12), { minLength: 1, maxLength: 4 });
const padBytes = fc.nat(2_500);
const seed = fc.nat(1_000_000);

/** Several appends at once. */
const append = fc.tuple(sizes, padBytes).map(([counts, pad]) =>
  command<Model, World>(`append(${counts.join("+")}, pad ${pad})`, async (model, real) => {
    const appends: Promise<unknown>[] = [];
    let to = model.durable;
    for (const count of counts) {
      appends.push(real.journal.append(newEntries(to + 1, to + count, pad)));
      to += count;
    }
    await whenAppended(model, real, Promise.all(appends));
    model.durable = to;
    expect(real.journal.end.sequence).toBe(to);
  }),
);

const read = fc
  .record({
    entriesMax: fc.integer({ min: 1, max: 20 }),
    bytesMax: fc.integer({ min: 1, max: 9_000 }),
  })
  .map((limits) =>
    command<Model, World>(
      `read(${JSON.stringify(limits)})`,
      async (model, real) => {
        const after = at(model.readTo);
        const entries = await real.journal.read(after, limits, AbortSignal.timeout(5_000));
        expect(entries.length).toBeGreaterThan(0);
        expect(entries.length).toBeLessThanOrEqual(limits.entriesMax);
        const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
        if (entries.length > 1) expect(sizeBytes).toBeLessThanOrEqual(limits.bytesMax);
        readOn(model, real, entries);
      },
      ({ readTo, durable }) => readTo < durable,
    ),
  );

const released = fc
  .double({ min: 0, max: 1, noNaN: true })
  .map((share) =>
    command<Model, World>(`release(${share} of what was read)`, (model, real) =>
      release(model, real, Math.floor(share * model.readTo)),
    ),
  );

const pass = fc.nat(4_000).map((ms) =>
  command<Model, World>(`pass(${ms} ms)`, async (_model, real) => {
    real.clock.passMs(ms);
    return Promise.resolve();
  }),
);

const restart = fc.constant(
  command<Model, World>("restart", async (model, real) => {
    await real.journal.close();
    await start(real, real.faulty);
    settleCrash(model, real, 0);
  }),
);

/** While an append is under way, after a few turns of it. */
const crash = fc.tuple(fc.nat(8), fc.nat(12), fc.option(seed)).map(([count, after, end]) =>
  command<Model, World>(
    `crash(in append(${count}), after ${after} turns, ${describeEnd(end)})`,
    async (model, real) => {
      const entries = newEntries(model.durable + 1, model.durable + count, 900);
      const appended = real.journal.append(entries).catch(() => undefined);
      await turns(after);
      const left = diskAfter(real.faulty, end);
      await Promise.all([appended, real.journal.close()]);
      await start(real, left);
      settleCrash(model, real, count);
    },
  ),
);

/** The disk fills up in an append; then there is room again, or the process ends. */
const fillUp = fc
  .tuple(fc.nat(9_000), fc.option(fc.option(seed), { nil: undefined }))
  .map(([roomBytes, end]) =>
    command<Model, World>(
      `fill up(${roomBytes} bytes left, then ${end === undefined ? "room" : describeEnd(end)})`,
      async (model, real) => {
        const { faulty } = real;
        faulty.capacityBytes = faulty.usedBytes + roomBytes;
        const entries = newEntries(model.durable + 1, model.durable + 6, 1_500);
        const appended = real.journal.append(entries);
        await turns(40);
        if (end === undefined) {
          faulty.capacityBytes = Infinity;
          await whenAppended(model, real, appended);
          model.durable += 6;
          return;
        }
        const left = diskAfter(faulty, end);
        await Promise.all([appended.catch(() => undefined), real.journal.close()]);
        await start(real, left);
        settleCrash(model, real, 6);
      },
    ),
  );

/** An fsync fails, the process ends as it must, and the power goes behind the next start. */
const failSync = fc.constantFrom("sync" as const, "syncFolder" as const).map((operation) =>
  command<Model, World>(`fail(${operation})`, async (model, real) => {
    let isLeft = true;
    real.faulty.fault = (call) => {
      const isMeant = call.operation === operation && !call.path.endsWith(".tmp") && isLeft;
      if (isMeant) isLeft = false;
      return isMeant ? { code: "EIO" } : null;
    };
    const appended = real.journal.append(newEntries(model.durable + 1, model.durable + 3, 800));
    // A block in a segment that is named already needs no fsync of its folder; one for old segments is tried again.
    const isDurable = await whenAppended(model, real, appended).then(
      () => true,
      () => false,
    );
    expect(isDurable && operation === "sync").toBe(false);
    await real.journal.close();
    if (isDurable) model.durable += 3;
    await start(real, real.faulty.afterKill());
    settleCrash(model, real, 3);
    await start(real, real.faulty.afterPowerLoss());
    settleCrash(model, real, 0);
  }),
);

/** A bit of a sealed segment changes behind everybody's back; of one that no crash can make the newest again. */
const spoil = fc.tuple(fc.nat(100), fc.nat(1_000_000)).map(([which, place]) =>
  command<Model, World>(`spoil(segment ${which}, at ${place})`, async (model, real) => {
    const firsts = segments(real);
    const [index, next] = [which % firsts.length, firsts[(which % firsts.length) + 1]];
    const first = firsts[index];
    if (first === undefined || next === undefined || next === firsts.at(-1)) return;
    model.spoiled.push({ from: first, to: next - 1 });
    real.faulty.corrupt(`${FOLDER}/${segmentName(first)}`, (bytes) =>
      bytes.map((byte, offset) => (offset === place % bytes.length ? byte ^ 16 : byte)),
    );
    return Promise.resolve();
  }),
);

export const commands: readonly fc.Arbitrary<Command>[] = [
  append,
  append,
  read,
  read,
  released,
  pass,
  restart,
  crash,
  fillUp,
  failSync,
  spoil,
];

/** The end of every run: the next process, which has nothing in memory, finds everything or has declared it, one of the two. */
export async function checkWhole(model: Model, real: World): Promise<void> {
  await real.journal.close();
  await start(real, real.faulty.afterPowerLoss(EVERYTHING_SURVIVES));
  settleCrash(model, real, 0);
  model.readTo = real.journal.start.sequence;
  while (model.readTo < model.durable) {
    const limits = { entriesMax: 50, bytesMax: 100_000 };
    const entries = await real.journal.read(at(model.readTo), limits, AbortSignal.timeout(5_000));
    readOn(model, real, entries);
  }
  await real.journal.close();
  expect(real.faulty.openFiles).toBe(0);
}
