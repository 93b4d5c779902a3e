import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../src/ports/clock.ts";

/** Nothing sleeps so long but for a deadline. */
const DEADLINE_MS = 100_000;

export interface QuickClock extends Clock {
  /** Lengths of the sleeps so far, deadlines left out. */
  readonly sleepsMs: readonly number[];
  passMs(ms: number): void;
}

/**
 * A clock whose sleeps are over in the next turn, with their time gone by; deadlines are never reached, unless `passMs` gets there.
 */
export function createQuickClock(startMs: number = 1_795_315_880_000): QuickClock {
  const deadlines = new Set<{ readonly atMs: number; readonly ring: () => void }>();
  const sleepsMs: number[] = [];
  let nowMs = startMs;

  function passMs(ms: number): void {
    nowMs += ms;
    for (const one of deadlines) if (one.atMs <= nowMs) one.ring();
  }

  async function untilDeadline(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const one = {
        atMs: nowMs + ms,
        ring: () => {
          deadlines.delete(one);
          signal.removeEventListener("abort", one.ring);
          resolve();
        },
      };
      deadlines.add(one);
      signal.addEventListener("abort", one.ring);
    });
  }

  return {
    sleepsMs,
    passMs,
    now: () => nowMs * 1_000,
    monotonicMs: () => nowMs,
    sleep: async (ms, signal) => {
      if (ms >= DEADLINE_MS) return untilDeadline(ms, signal);
      if (signal.aborted) return;
      sleepsMs.push(ms);
      await nextTurn();
      if (!signal.aborted) nowMs += ms;
    },
  };
}
