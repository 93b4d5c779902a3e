import type { Ledger } from "../ledger/ledger.ts";

/** Evidence was added to what is known already, or anything else has changed. */
export type Change = "growth" | "other";

/** Findings of which another edition is to be said. They are kept in the ledger; how long they wait is not. */
export interface DueFindings {
  add(id: string, how: Change): void;
  remove(id: string): void;
  /** An edition of it is journaled. */
  said(id: string): void;
  /** Ids that need not wait any more, or of all; the first `max` of them. They stay until they are removed. */
  take(max: number, everything: boolean): readonly string[];
  /** Those that need not wait any more. */
  readonly count: number;
}

/** Somebody busy is evidence of the same finding again and again, and each edition names all of it. */
export const GROWTH_EVERY_MS = 60_000;

export function createDue(
  { findingsDue }: Pick<Ledger, "findingsDue">,
  monotonicMs: () => number,
): DueFindings {
  const now = new Set(findingsDue.all().map(([id]) => id));
  /** When they need not wait any more. */
  const later = new Map<string, number>();
  /** Not behind the first time in `later`. */
  let nextMs = Infinity;
  /** When the last edition was said, oldest first: those alone that make others wait. */
  const saidAtMs = new Map<string, number>();

  function forgetOld(nowMs: number): void {
    for (const [id, at] of saidAtMs) {
      if (at + GROWTH_EVERY_MS > nowMs) return;
      saidAtMs.delete(id);
    }
  }

  function wake(nowMs: number, everything: boolean): void {
    if (nowMs < nextMs && !everything) return;
    nextMs = Infinity;
    for (const [id, atMs] of later) {
      if (atMs > nowMs && !everything) {
        nextMs = Math.min(nextMs, atMs);
        continue;
      }
      later.delete(id);
      now.add(id);
    }
  }

  return {
    add: (id, how) => {
      if (now.has(id)) return;
      const said = how === "growth" ? saidAtMs.get(id) : undefined;
      const waitUntil = said === undefined ? 0 : said + GROWTH_EVERY_MS;
      if (waitUntil > monotonicMs()) {
        if (later.has(id)) return;
        later.set(id, waitUntil);
        nextMs = Math.min(nextMs, waitUntil);
      } else {
        now.add(id);
        if (later.delete(id)) return;
      }
      findingsDue.put(id, true);
    },
    remove: (id) => {
      const wasDue = now.delete(id);
      if (later.delete(id) || wasDue) findingsDue.remove(id);
    },
    said: (id) => {
      const nowMs = monotonicMs();
      forgetOld(nowMs);
      saidAtMs.delete(id);
      saidAtMs.set(id, nowMs);
    },
    take: (max, everything) => {
      wake(monotonicMs(), everything);
      return [...now].slice(0, max);
    },
    get count() {
      wake(monotonicMs(), false);
      return now.size;
    },
  };
}
