import type { Micros } from "../../model/time.ts";
import type { TimedGrant } from "./derive.ts";

/**
 * The grants of one person, or of one role, in the order in which they were asked for. A person may have tens of thousands over the
 * years, and every action of theirs asks which of them count.
 */
export interface Shelf {
  readonly size: number;
  /** Puts a grant in, in place of what was known of it. */
  put(timed: TimedGrant): void;
  remove(id: string): void;
  /**
   * Those that an action at this time can be judged by: every one that may be open then, and of the others the latest that were asked
   * for by then. In the order of their requests.
   */
  at(time: Micros): readonly TimedGrant[];
}

/** Grants without a window at that time that are looked at. Who asks for more than this is judged by the latest of them. */
const CLOSED_MAX = 200;

export function createShelf(): Shelf {
  const grants: TimedGrant[] = [];
  const known = new Map<string, TimedGrant>();
  /** By index: until when any grant up to it may be open. Right below `checkedTo`. */
  const openUntil: Micros[] = [];
  let checkedTo = 0;

  function openUntilAt(index: number): Micros {
    for (; checkedTo <= index; checkedTo++)
      openUntil[checkedTo] = Math.max(
        openUntil[checkedTo - 1] ?? -Infinity,
        lastOpen(grants[checkedTo]),
      );
    return openUntil[index] ?? -Infinity;
  }

  function remove(id: string): void {
    const timed = known.get(id);
    if (timed === undefined) return;
    known.delete(id);
    const index = indexOf(grants, timed);
    grants.splice(index, 1);
    checkedTo = Math.min(checkedTo, index);
  }

  return {
    get size() {
      return grants.length;
    },
    put: (timed) => {
      remove(timed.grant.id);
      known.set(timed.grant.id, timed);
      const index = indexOf(grants, timed);
      grants.splice(index, 0, timed);
      checkedTo = Math.min(checkedTo, index);
    },
    remove,
    at: (time) => {
      const found: TimedGrant[] = [];
      let closed = 0;
      for (let index = askedBy(grants, time) - 1; index >= 0; index--) {
        if (closed >= CLOSED_MAX && openUntilAt(index) <= time) break;
        const timed = grants[index];
        if (timed === undefined) break;
        const mayBeOpen = lastOpen(timed) > time;
        if (!mayBeOpen && closed++ >= CLOSED_MAX) continue;
        found.push(timed);
      }
      return found.reverse();
    },
  };
}

/** From when on it is closed for good. */
function lastOpen(timed: TimedGrant | undefined): Micros {
  const { transitions = [] } = timed ?? {};
  const last = transitions.findLastIndex(
    ({ becomes }) => becomes === "open" || becomes === "ambiguous",
  );
  if (last < 0) return -Infinity;
  return transitions[last + 1]?.at ?? Infinity;
}

/** When it was asked for; before everything where that is not known, so that it always counts. */
function askedAt({ transitions }: TimedGrant): Micros {
  return transitions[0]?.at ?? -Infinity;
}

function indexOf(grants: readonly TimedGrant[], timed: TimedGrant): number {
  return firstWhere(grants, (other) => !isBefore(other, timed));
}

function isBefore(a: TimedGrant, b: TimedGrant): boolean {
  const [atA, atB] = [askedAt(a), askedAt(b)];
  return atA === atB ? a.grant.id < b.grant.id : atA < atB;
}

/** How many were asked for by then. */
function askedBy(grants: readonly TimedGrant[], time: Micros): number {
  return firstWhere(grants, (timed) => askedAt(timed) > time);
}

/** By halves: the first index at which it holds, and holds from then on. */
function firstWhere(grants: readonly TimedGrant[], holds: (timed: TimedGrant) => boolean): number {
  let [low, high] = [0, grants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const timed = grants[middle];
    if (timed !== undefined && holds(timed)) high = middle;
    else low = middle + 1;
  }
  return low;
}
