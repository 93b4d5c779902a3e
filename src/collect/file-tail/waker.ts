import type { Clock } from "../../ports/clock.ts";

/** A wait that ends early when there is something to do. */
export interface Waker {
  /** Ends the wait under way, or the next one before it begins. */
  wake(): void;
  wait(ms: number): Promise<void>;
}

export function createWaker(clock: Clock): Waker {
  let isAwake = false;
  let waiting: AbortController | null = null;
  return {
    wake: () => {
      isAwake = true;
      waiting?.abort();
    },
    wait: async (ms) => {
      if (!isAwake && ms > 0) {
        waiting = new AbortController();
        await clock.sleep(ms, waiting.signal);
        waiting = null;
      }
      isAwake = false;
    },
  };
}
