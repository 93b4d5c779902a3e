import type { JournalEntry } from "../model/entry.ts";
import { ChaperoneError, describeError } from "../model/error.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Quarantine, RestCause } from "../ports/quarantine.ts";
import type { ForwarderLimits } from "./limits.ts";

export interface Resting {
  readonly entry: JournalEntry;
  readonly cause: RestCause;
}

/** Puts events to rest, in this order. True when all of it is durable; false where it was stopped before. */
export type Rest = (resting: readonly Resting[], stop: AbortSignal) => Promise<boolean>;

export interface RestOptions {
  /** Writes some of them, which have one cause. */
  readonly write: Quarantine["rest"];
  readonly persist: Persist;
}

/** A full disk makes the pipeline wait. Rejects with QUARANTINE_WRITE_FAILED, after which the process must end. */
export function createRest({ write, persist }: RestOptions): Rest {
  return async (resting, stop) => {
    for (const group of byCause(resting)) {
      const [first] = group;
      if (first === undefined) continue;
      const entries = group.map(({ entry }) => entry);
      if (!(await persist(() => write(entries, first.cause), stop))) return false;
    }
    return true;
  };
}

/** Writes to the quarantine until it is durable; false where it was stopped before. Rejects where the process must end. */
export type Persist = (write: () => Promise<void>, stop: AbortSignal) => Promise<boolean>;

export function createPersist(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly pipeline: string;
  readonly limits: Pick<ForwarderLimits, "retryMsMax">;
}): Persist {
  const { clock, log, pipeline, limits } = options;
  return async (write, stop) => {
    for (let isTold = false; ; isTold = true) {
      try {
        await write();
        return true;
      } catch (error) {
        if (isFatal(error)) throw error;
        if (!isTold) log.error({ pipeline, cause: describeError(error) }, "Quarantine waits");
        await clock.sleep(limits.retryMsMax, stop);
        if (stop.aborted) return false;
      }
    }
  };
}

/** Neighbours with the same cause, since each call is an fsync. */
function byCause(resting: readonly Resting[]): readonly (readonly Resting[])[] {
  const groups: Resting[][] = [];
  for (const one of resting) {
    const last = groups.at(-1)?.[0]?.cause;
    if (last !== undefined && isSameCause(last, one.cause)) groups.at(-1)?.push(one);
    else groups.push([one]);
  }
  return groups;
}

function isSameCause(a: RestCause, b: RestCause): boolean {
  return a.code === b.code && a.cause === b.cause && a.requestId === b.requestId;
}

/** Nobody knows any more what the disk holds. */
export function isFatal(error: unknown): boolean {
  return error instanceof ChaperoneError && error.code === "QUARANTINE_WRITE_FAILED";
}
