import type { Micros } from "../model/time.ts";

/** Time, so that tests can turn it. */
export interface Clock {
  /** Wall time. */
  now(): Micros;
  /** Milliseconds that never run backwards, for durations. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when the signal is or becomes aborted. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
