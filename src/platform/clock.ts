import { setTimeout as delay } from "node:timers/promises";
import { MICROS_PER_MS } from "../model/time.ts";
import type { Clock } from "../ports/clock.ts";

/** The machine's clock, which may be set: `now` follows it, `monotonicMs` does not. */
export const systemClock: Clock = {
  now: () => Date.now() * MICROS_PER_MS,
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};
