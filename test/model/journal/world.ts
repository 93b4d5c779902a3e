import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "vitest";
import type { LocalJournal } from "../../../src/journal/local/journal.ts";
import type { Damage } from "../../../src/journal/local/options.ts";
import { segmentsAmong } from "../../../src/journal/local/segment.ts";
import type { JournalEntry } from "../../../src/model/entry.ts";
import { ORIGIN } from "../../../src/model/position.ts";
import type { JournalPosition } from "../../../src/model/position.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";
import { createImpatientClock, FOLDER, openJournal, readAll } from "../../support/disk-journal.ts";

/** The simplest thing that is right: numbers. Entry n has the id `event-<n>` and the sequence n. */
export interface Model {
  /** Entries 1 to here were promised. */
  durable: number;
  /** Where the one reader stands, and up to where it needs nothing any more. */
  readTo: number;
  releasedTo: number;
  /** Entries that stood in a segment when somebody changed its bytes. */
  readonly spoiled: Range[];
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The journal under test. */
export interface World {
  faulty: FaultyDisk;
  journal: LocalJournal;
  readonly clock: ReturnType<typeof createImpatientClock>;
  /** Declared so far, by every process. */
  readonly damages: Damage[];
}

const small = {
  segmentBytesMax: 30_000,
  commitBytesMax: 6_000,
  recentBytesMax: 12_000,
  sizeBytesMax: 150_000,
  lingerMs: 1,
  keepMs: 5_000,
};

export async function createWorld(): Promise<{ readonly model: Model; readonly real: World }> {
  const faulty = createFaultyDisk();
  const clock = createImpatientClock();
  const { journal } = await openJournal(faulty.disk, { ...small, clock });
  const real: World = { faulty, journal, clock, damages: [] };
  // The first process declares to the same list as the later ones.
  await journal.close();
  await start(real, faulty);
  return { model: { durable: 0, readTo: 0, releasedTo: 0, spoiled: [] }, real };
}

/** The next process, on this disk. */
export async function start(real: World, faulty: FaultyDisk): Promise<void> {
  const onDamage = (damage: Damage): void => void real.damages.push(damage);
  const { journal } = await openJournal(faulty.disk, { ...small, clock: real.clock, onDamage });
  real.faulty = faulty;
  real.journal = journal;
}

/** After a crash in the middle of an append of this many: whatever it left in whole commits is promised now. */
export function settleCrash(model: Model, real: World, appended: number): void {
  const end = real.journal.end.sequence;
  expect(end).toBeGreaterThanOrEqual(model.durable);
  expect(end).toBeLessThanOrEqual(model.durable + appended);
  model.durable = end;
}

/** Waits for an append. Where it waits for space, the reader reads on and releases, as often as it takes. */
export async function whenAppended(
  model: Model,
  real: World,
  appended: Promise<unknown>,
): Promise<void> {
  const append = { isDone: false };
  const done = appended.finally(() => {
    append.isDone = true;
  });
  done.catch(() => undefined);
  for (await turns(20); !append.isDone; await turns(20)) {
    readOn(model, real, await readAll(real.journal, { after: at(model.readTo) }));
    await release(model, real, model.readTo);
  }
  await done;
}

export async function release(model: Model, real: World, upTo: number): Promise<void> {
  model.releasedTo = Math.max(model.releasedTo, upTo);
  await real.journal.release(at(upTo));
  expect(real.journal.start.sequence).toBeLessThanOrEqual(model.releasedTo);
}

/** The reader got these: they follow, each once, and what is not among them was declared. */
export function readOn(model: Model, real: World, entries: readonly JournalEntry[]): void {
  let next = model.readTo + 1;
  for (const { id, position } of entries) {
    expect(id).toBe(`event-${position.sequence}`);
    expect(position.sequence).toBeGreaterThanOrEqual(next);
    for (; next < position.sequence; next += 1) expect(isDeclared(real, next)).toBe(true);
    next += 1;
  }
  model.readTo = next - 1;
  for (const damage of real.damages) checkDamage(model, damage);
}

/** Nothing is declared but what stood in a spoiled segment, and its number is exact. */
function checkDamage({ spoiled }: Model, { from, to, count }: Damage): void {
  expect(count).toBe(to - from + 1);
  expect(spoiled.some((range) => range.from <= from && to <= range.to)).toBe(true);
}

function isDeclared({ damages }: World, sequence: number): boolean {
  return damages.some(({ from, to }) => from <= sequence && sequence <= to);
}

export function at(sequence: number): JournalPosition {
  return { ...ORIGIN, sequence };
}

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

/** First sequences of the segments on the disk, oldest first. */
export function segments({ faulty }: World): readonly number[] {
  return segmentsAmong(faulty.paths.map((path) => path.slice(FOLDER.length + 1)));
}
