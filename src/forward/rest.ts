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
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly log: Log;
  readonly pipeline: string;
  readonly limits: Pick<ForwarderLimits, "retryMsMax">;
}

/** A full disk makes the pipeline wait. Rejects with QUARANTINE_WRITE_FAILED, after which the process must end. */
export function createRest(options: RestOptions): Rest {
  const { quarantine, clock, log, pipeline, limits } = options;

  async function restOne(group: readonly Resting[], stop: AbortSignal): Promise<boolean> {
    const [first] = group;
    if (first === undefined) return true;
    for (let isTold = false; ; isTold = true) {
      try {
        await quarantine.rest(
          group.map(({ entry }) => entry),
          first.cause,
        );
        return true;
      } catch (error) {
        if (isFatal(error)) throw error;
        if (!isTold) log.error({ pipeline, cause: describeError(error) }, "Quarantine waits");
        await clock.sleep(limits.retryMsMax, stop);
        if (stop.aborted) return false;
      }
    }
  }

  return async (resting, stop) => {
    for (const group of byCause(resting)) if (!(await restOne(group, stop))) return false;
    return true;
  };
}

/** Neighbours with the same cause, since each call is an fsync. */
function byCause(resting: readonly Resting[]): readonly (readonly Resting[])[] {
  const groups: Resting[][] = [];
  for (const one of resting) {
    const last = groups.at(-1)?.[0]?.cause;
    const { code, cause, requestId } = one.cause;
    if (last?.code === code && last.cause === cause && last.requestId === requestId)
      groups.at(-1)?.push(one);
    else groups.push([one]);
  }
  return groups;
}

function isFatal(error: unknown): boolean {
  return error instanceof ChaperoneError && error.code === "QUARANTINE_WRITE_FAILED";
}
