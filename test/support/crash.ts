import { createFaultyDisk, offFrom } from "./disk-faulty.ts";
import type { FaultyDisk } from "./disk-faulty.ts";
import { seededRandom } from "./random.ts";
import {
  CONTENTS_SURVIVE,
  EVERYTHING_SURVIVES,
  NAMES_SURVIVE,
  NOTHING_SURVIVES,
  randomSurvival,
} from "./virtual-disk/survival.ts";
import type { Survival } from "./virtual-disk/survival.ts";

/** A program that uses a disk, and what it was promised on the way. */
export interface Life<P> {
  /** What nobody was promised yet. */
  begin(): P;
  /** Works until it is done or the disk fails, and notes what resolved. May reject: that is how it ends when the disk goes. */
  live(faulty: FaultyDisk, promised: P): Promise<void>;
  /**
   * Starts again on what is left, asserts that it is a state that a clean run passes through, and goes on. What it shows and
   * what it does are promises, too, and are noted.
   */
  check(faulty: FaultyDisk, promised: P): Promise<void>;
}

/** Hundreds of starts: some seconds, and more where the machine has other things to do. */
export const CRASH_TEST_MS = 90_000;

/**
 * Ends a life at every one of its calls to the disk, by the power and by a kill, and checks what each leaves: with nothing, everything and
 * several subsets of what was not synced; and again after a second crash, in the middle of the start that follows. Returns the number
 * of calls. `changesOnly`: at those alone that change something, for a life of which most is reading; a crash before a read leaves
 * what one before the next change does.
 */
export async function crashEverywhere<P>(
  life: Life<P>,
  { changesOnly = false }: { readonly changesOnly?: boolean } = {},
): Promise<number> {
  const clean = createFaultyDisk();
  const changes: number[] = [];
  clean.fault = ({ operation, number }) => {
    if (!READS.has(operation)) changes.push(number);
    return null;
  };
  await life.live(clean, life.begin());
  const all = Array.from({ length: clean.calls }, (_, index) => index + 1);
  const places = changesOnly ? changes : all;
  for (const at of [...places, clean.calls + 1]) {
    const faulty = createFaultyDisk();
    const promised = life.begin();
    faulty.fault = offFrom(at);
    await life.live(faulty, promised).catch(() => undefined);
    const where = `off at call ${at} of ${clean.calls}`;
    for (const [name, survival] of survivals(at)) {
      const what = `${where}, survives: ${name}`;
      const left = faulty.afterPowerLoss(survival);
      await check(life, left, { promised: structuredClone(promised), what });
    }
    await crashAgain(life, faulty, { promised: structuredClone(promised), where, seed: at });
    const killed = faulty.afterKill();
    await check(life, killed, { promised, what: `${where}, killed` });
    await check(life, killed.afterPowerLoss(), { promised, what: `${where}, killed, then off` });
  }
  return places.length;
}

const READS: ReadonlySet<string> = new Set(["read", "readFile", "list", "look", "sizeBytes"]);

/** The start that follows a crash crashes, too; half of the time it is a kill that came first. */
async function crashAgain<P>(
  life: Life<P>,
  faulty: FaultyDisk,
  {
    promised,
    where,
    seed,
  }: { readonly promised: P; readonly where: string; readonly seed: number },
): Promise<void> {
  const random = seededRandom(seed);
  const survival = random.pick([EVERYTHING_SURVIVES, randomSurvival(random)]);
  const left = faulty.afterPowerLoss(survival);
  const second = random.below(30) + 1;
  left.fault = offFrom(second);
  await life.check(left, promised).catch(() => undefined);
  const next = random.pick([NOTHING_SURVIVES, randomSurvival(random)]);
  const what = `${where}, then at call ${second} of the start (seed ${seed})`;
  await check(life, left.afterPowerLoss(next), { promised, what });
}

async function check<P>(
  life: Life<P>,
  faulty: FaultyDisk,
  { promised, what }: { readonly promised: P; readonly what: string },
): Promise<void> {
  try {
    await life.check(faulty, promised);
  } catch (error) {
    throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
}

function survivals(at: number): readonly (readonly [string, Survival])[] {
  const seeds = [2 * at, 2 * at + 1];
  return [
    ["nothing", NOTHING_SURVIVES],
    ["names", NAMES_SURVIVE],
    ["contents", CONTENTS_SURVIVE],
    ["everything", EVERYTHING_SURVIVES],
    ...seeds.map((seed) => [`random ${seed}`, randomSurvival(seededRandom(seed))] as const),
  ];
}
