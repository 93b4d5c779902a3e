import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createCheckpoints } from "../../src/collect/checkpoints.ts";
import { createCursors } from "../../src/journal/cursors.ts";
import { ORIGIN } from "../../src/model/position.ts";
import type { Checkpoints } from "../../src/ports/collector.ts";
import type { Cursor, Cursors } from "../../src/ports/journal.ts";
import { createFaultyDisk } from "../support/disk-faulty.ts";
import type { FaultyDisk } from "../support/disk-faulty.ts";
import { command, describeEnd, diskAfter } from "./command.ts";

const NAMES = ["siem", "archive", "a/b ü"] as const;
type Name = (typeof NAMES)[number];

/** By name: where its cursor and its checkpoint stand for sure, and where they were last sent. Absent: never opened. */
type Model = Map<Name, { durable: number; sent: number }>;

interface Real {
  faulty: FaultyDisk;
  cursors: Cursors;
  checkpoints: Checkpoints;
  readonly open: Map<Name, Cursor>;
}

async function startProcess(faulty: FaultyDisk): Promise<Omit<Real, "open">> {
  const { disk } = faulty;
  const cursors = await createCursors({ disk, folder: "/data/cursors", journalEnd: ORIGIN });
  return { faulty, cursors, checkpoints: createCheckpoints(disk, "/data/checkpoints") };
}

/** Everything that is there stands where it may stand after a crash. */
async function restart(model: Model, real: Real, faulty: FaultyDisk): Promise<void> {
  Object.assign(real, await startProcess(faulty));
  real.open.clear();
  for (const [name, place] of model) {
    const cursor = await real.cursors.open(name, { ...ORIGIN, sequence: 0 });
    const checkpoint = (await real.checkpoints.load(name)) as number | null;
    for (const found of [cursor.position.sequence, checkpoint ?? 0]) {
      expect(found).toBeGreaterThanOrEqual(place.durable);
      expect(found).toBeLessThanOrEqual(place.sent);
    }
    real.open.set(name, cursor);
    const to = Math.max(cursor.position.sequence, checkpoint ?? 0);
    place.sent = to;
    await move(real, name, to);
    place.durable = to;
  }
}

async function move(real: Real, name: Name, sequence: number): Promise<void> {
  const cursor = real.open.get(name) ?? (await real.cursors.open(name, ORIGIN));
  real.open.set(name, cursor);
  await cursor.advance({ ...ORIGIN, sequence });
  await real.checkpoints.save(name, sequence);
}

const names = fc.constantFrom(...NAMES);

const advance = fc.tuple(names, fc.nat(5)).map(([name, by]) =>
  command<Model, Real>(`advance(${name}, ${by})`, async (model, real) => {
    const to = (model.get(name)?.durable ?? 0) + by;
    await move(real, name, to);
    model.set(name, { durable: to, sent: to });
    expect(real.open.get(name)?.position.sequence).toBe(to);
  }),
);

const crash = fc.tuple(names, fc.nat(26), fc.option(fc.nat(1_000_000))).map(([name, calls, end]) =>
  command<Model, Real>(
    `crash(in advance(${name}), after ${calls} calls, ${describeEnd(end)})`,
    async (model, real) => {
      const first = real.faulty.calls;
      real.faulty.fault = ({ number }) => (number > first + calls ? { code: "EIO" } : null);
      const place = model.get(name) ?? { durable: 0, sent: 0 };
      model.set(name, place);
      place.sent = place.durable + 1;
      await move(real, name, place.sent).then(
        () => {
          place.durable = place.sent;
        },
        () => undefined,
      );
      await restart(model, real, diskAfter(real.faulty, end));
    },
  ),
);

/** A lost or a damaged cursor is never taken for a new one, and the others go on. */
const lose = fc.tuple(names, fc.boolean()).map(([name, isGone]) =>
  command<Model, Real>(
    `${isGone ? "remove" : "damage"}(${name})`,
    async (_model, real) => {
      const path = `/data/cursors/${encodeURIComponent(name)}.cursor.json`;
      const bytes = real.faulty.bytes(path);
      if (isGone) real.faulty.remove(path);
      else real.faulty.corrupt(path, (was) => was.map((byte, at) => (at === 30 ? byte ^ 1 : byte)));
      const { cursors } = await startProcess(real.faulty);
      const code = isGone ? "CURSOR_MISSING" : "CURSOR_UNREADABLE";
      await expect(cursors.open(name, ORIGIN)).rejects.toMatchObject({ code });
      for (const [other] of real.open)
        if (other !== name)
          expect(await cursors.open(other, ORIGIN)).toMatchObject({ name: other });
      real.faulty.add(path, bytes);
    },
    (model) => model.has(name),
  ),
);

test("whatever cursors and checkpoints move, crash, are lost and damaged in whatever order, none is ahead of where it was sent, behind what resolved, or new again", async () => {
  const commands = fc.commands([advance, advance, crash, lose], { maxCommands: 20 });
  await fc.assert(
    fc.asyncProperty(commands, async (taken) => {
      const real: Real = { ...(await startProcess(createFaultyDisk())), open: new Map() };
      const model: Model = new Map();
      await fc.asyncModelRun(() => ({ model, real }), taken);
      await restart(model, real, real.faulty.afterPowerLoss());
    }),
    { numRuns: 150 },
  );
}, 60_000);
