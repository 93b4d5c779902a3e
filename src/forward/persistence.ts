import type { Delivery } from "../model/delivery.ts";
import type { JournalEntry } from "../model/entry.ts";
import type { Clock } from "../ports/clock.ts";
import type { Attempt } from "./attempt.ts";
import type { ForwarderLimits } from "./limits.ts";

/** Outcomes that waiting changes. */
export type Setback = Extract<Delivery, { readonly status: "retry" | "paused" }>;

/** What an endpoint says of a batch in the end. */
export type Answer = Exclude<Delivery, Setback>;

/** There is none, again and again, and there are several entries: it may be their size that is in the way. */
export interface Unanswered {
  readonly status: "unanswered";
}

/** Attempts the batch until there is an answer, or too often in vain; null where it was stopped before. */
export type Ask = (
  entries: readonly JournalEntry[],
  stop: AbortSignal,
) => Promise<Answer | Unanswered | null>;

export interface PersistenceOptions {
  readonly attempt: Attempt;
  readonly clock: Clock;
  readonly limits: Pick<
    ForwarderLimits,
    | "retryMsMin"
    | "retryMsMax"
    | "retryAfterMsMax"
    | "probeMsMin"
    | "probeMsMax"
    | "retriesWholeMax"
  >;
  /** In [0, 1). */
  readonly random: () => number;
  readonly watch: {
    answered(answer: Answer): void;
    /** `waitMs`: until the next attempt. */
    setBack(setback: Setback, waitMs: number): void;
  };
}

/**
 * Tries the same batch, the same object: after a `retry` with backoff or as the endpoint asks, after a `paused` as a probe at growing
 * intervals. Nothing else can move meanwhile, which is what keeps the order. A single entry is tried without end; of several, parts are
 * to be tried after `retriesWholeMax` retries, since a line that is slow, or cuts what is large, would otherwise stop the pipeline.
 */
export function createPersistence(options: PersistenceOptions): Ask {
  const { attempt, clock, watch, limits } = options;
  /** Of a batch whose parts come next: the waits go on from there. */
  let setbacksBefore = 0;

  return async (entries, stop) => {
    let retries = 0;
    for (let setbacks = setbacksBefore; !stop.aborted; setbacks++) {
      const delivery = await attempt(entries, stop);
      if (delivery.status !== "retry" && delivery.status !== "paused") {
        setbacksBefore = 0;
        watch.answered(delivery);
        return delivery;
      }
      // An attempt that a shutdown ended early says nothing of the endpoint.
      if (stop.aborted) break;
      const waitMs = waitAfter(delivery, setbacks, options);
      watch.setBack(delivery, waitMs);
      await clock.sleep(waitMs, stop);
      if (delivery.status === "retry") retries++;
      if (retries < limits.retriesWholeMax || entries.length < 2) continue;
      setbacksBefore = setbacks + 1;
      return { status: "unanswered" };
    }
    return null;
  };
}

function waitAfter(
  setback: Setback,
  setbacks: number,
  { limits, random }: PersistenceOptions,
): number {
  if (setback.status === "paused")
    return jittered(limits.probeMsMin, limits.probeMsMax, { setbacks, random });
  // Less than our own shortest wait is nothing asked for: an endpoint that answers "at once" again and again would be stormed.
  if (setback.retryAfterMs !== null && setback.retryAfterMs >= limits.retryMsMin)
    return Math.min(setback.retryAfterMs, limits.retryAfterMsMax);
  return jittered(limits.retryMsMin, limits.retryMsMax, { setbacks, random });
}

/** Doubles each time up to the longest wait; the half of it is random, so that pipelines do not come back in step. */
function jittered(
  msMin: number,
  msMax: number,
  { setbacks, random }: { readonly setbacks: number; readonly random: () => number },
): number {
  const full = Math.min(msMax, msMin * 2 ** Math.min(setbacks, 30));
  return full / 2 + (full / 2) * random();
}
