import type { Arrived } from "../evidence/context.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** Judged events whose evidence has changed since (H3). They are in the ledger, so that a crash forgets none. */
export interface Reviews {
  readonly count: number;
  /** Marks what depends on this evidence. */
  readonly mark: Arrived;
  /** Takes up to so many ids; the caller judges them again in the same call. */
  take(max: number): readonly string[];
}

export function createReviews(ledger: Ledger): Reviews {
  const waiting = new Set(ledger.reviews.all().map(([id]) => id));
  return {
    get count() {
      return waiting.size;
    },
    mark: (key, during) => {
      const ids =
        during === undefined
          ? ledger.judgedBy.scan(prefixOf(key))
          : ledger.judgedBy.range(keyOf(key, during.from), keyOf(key, endOf(during.to)));
      for (const id of ids) {
        if (waiting.has(id)) continue;
        waiting.add(id);
        ledger.reviews.put(id, true);
      }
    },
    take: (max) => {
      const taken: string[] = [];
      for (const id of waiting) {
        if (taken.length >= max) break;
        taken.push(id);
      }
      for (const id of taken) {
        waiting.delete(id);
        ledger.reviews.remove(id);
      }
      return taken;
    },
  };
}

/** Keys hold times in 16 digits. */
function endOf(to: number | undefined): number {
  return to === undefined ? Number.MAX_SAFE_INTEGER : to + 1;
}
