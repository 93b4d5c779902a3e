import { setImmediate as nextTurn } from "node:timers/promises";
import type { FaultyDisk } from "../disk-faulty.ts";
import { seededRandom } from "../random.ts";

/** A delay of none to four turns before every call: calls that were made together are not carried out in their order. */
export function createJitter(seed: number): NonNullable<FaultyDisk["delay"]> {
  const random = seededRandom(seed);
  return async () => {
    for (let turns = random.below(5); turns > 0; turns -= 1) await nextTurn();
  };
}
