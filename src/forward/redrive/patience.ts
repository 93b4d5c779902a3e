import type { Clock } from "../../ports/clock.ts";
import type { ForwarderLimits } from "../limits.ts";
import type { Setback } from "../persistence.ts";

/** How long a redrive puts up with an endpoint. */
export interface Patience {
  /** Aborted when it is over, or from outside. */
  readonly stop: AbortSignal;
  /** Why it is over; null while it is not. */
  readonly problem: string | null;
  answered(): void;
  setBack(setback: Setback): void;
}

/**
 * Over at once where the endpoint or its configuration is at fault, which waiting does not change; after `patienceMsMax` where it does
 * not answer.
 */
export function createPatience(
  {
    clock,
    limits,
  }: { readonly clock: Clock; readonly limits: Pick<ForwarderLimits, "patienceMsMax"> },
  outer: AbortSignal,
): Patience {
  const over = new AbortController();
  let problem: string | null = null;
  let firstMs: number | null = null;

  function end(why: string): void {
    problem ??= why;
    over.abort();
  }

  return {
    stop: AbortSignal.any([outer, over.signal]),
    get problem() {
      return problem ?? (outer.aborted ? "it was stopped" : null);
    },
    answered: () => {
      firstMs = null;
    },
    setBack: ({ status, cause }) => {
      firstMs ??= clock.monotonicMs();
      if (status === "paused") end(`the endpoint or its configuration is at fault: ${cause}`);
      else if (clock.monotonicMs() - firstMs >= limits.patienceMsMax)
        end(`the endpoint does not answer: ${cause}`);
    },
  };
}
