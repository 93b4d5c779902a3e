import type { Clock } from "../../../src/ports/clock.ts";

/** A clock that stands until it is turned. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
  /** Waits under way. */
  readonly sleepers: number;
}

export function createManualClock(): ManualClock {
  let elapsedMs = 0;
  const sleepers = new Set<{ readonly untilMs: number; readonly resolve: () => void }>();
  return {
    now: () => 1_763_950_000_000_000 + elapsedMs * 1_000,
    monotonicMs: () => elapsedMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { untilMs: elapsedMs + ms, resolve: end };
        function end(): void {
          sleepers.delete(sleeper);
          signal.removeEventListener("abort", end);
          resolve();
        }
        sleepers.add(sleeper);
        signal.addEventListener("abort", end);
        if (signal.aborted) end();
      }),
    advance: (ms) => {
      elapsedMs += ms;
      for (const sleeper of sleepers) if (sleeper.untilMs <= elapsedMs) sleeper.resolve();
    },
    get sleepers() {
      return sleepers.size;
    },
  };
}
