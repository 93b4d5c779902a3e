import type { Clock } from "../../ports/clock.ts";

/** Wall time that counts towards `holdFor` (H1): it runs only while every source of evidence is at its end or failing. */
export interface IdleClock {
  /** Milliseconds counted so far. */
  readMs(): number;
  /** What the sources are from now on. */
  set(isIdle: boolean): void;
}

export function createIdleClock(clock: Pick<Clock, "monotonicMs">): IdleClock {
  let countedMs = 0;
  let isRunning = false;
  let since = clock.monotonicMs();

  function readMs(): number {
    const now = clock.monotonicMs();
    if (isRunning) countedMs += now - since;
    since = now;
    return countedMs;
  }

  return {
    readMs,
    set: (isIdle) => {
      readMs();
      isRunning = isIdle;
    },
  };
}
