/** Calls `write` with how many records are due, again and again, at the rate that was set last. */
export interface WritingPace {
  set(perSecond: number): void;
}

const TICK_MS = 20;
/** A stall of this process is no reason to write a minute's records at once. */
const DUE_MS_MAX = 1_000;

export function startPace(write: (due: number) => void): WritingPace {
  let perSecond = 0;
  let lastMs = performance.now();
  let owed = 0;
  setInterval(() => {
    const now = performance.now();
    owed += (Math.min(now - lastMs, DUE_MS_MAX) * perSecond) / 1_000;
    lastMs = now;
    const due = Math.floor(owed);
    owed -= due;
    if (due > 0) write(due);
  }, TICK_MS);
  return {
    set: (next) => {
      perSecond = next;
      lastMs = performance.now();
      owed = 0;
    },
  };
}
