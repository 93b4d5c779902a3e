import type * as fc from "fast-check";
import type { FaultyDisk } from "../support/disk-faulty.ts";
import { seededRandom } from "../support/random.ts";
import { randomSurvival } from "../support/virtual-disk/survival.ts";

/** A command by its name and parameters, which are printed where a run fails. */
export function command<M extends object, R>(
  name: string,
  run: (model: M, real: R) => Promise<void>,
  check: (model: Readonly<M>) => boolean = () => true,
): fc.AsyncCommand<M, R> {
  return { check, run, toString: () => name };
}

/** How a process ends: null by a kill, a number by the power, with what survives drawn from it. */
export type End = number | null;

export function describeEnd(end: End): string {
  return end === null ? "kill" : `power ${end}`;
}

/** The disk for the next process; calls of the one before it fail from now on. */
export function diskAfter(faulty: FaultyDisk, end: End): FaultyDisk {
  const left =
    end === null ? faulty.afterKill() : faulty.afterPowerLoss(randomSurvival(seededRandom(end)));
  faulty.fault = () => ({ code: "EIO" });
  return left;
}
