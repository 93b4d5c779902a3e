import type { Delivery } from "../model/delivery.ts";
import type { JournalEntry } from "../model/entry.ts";
import { ChaperoneError, describeError } from "../model/error.ts";
import type { Clock } from "../ports/clock.ts";
import type { Sink } from "../ports/sink.ts";
import type { ForwarderLimits } from "./limits.ts";

/** One attempt; the first link of the chain attempt → persistence → settling. Never rejects. */
export type Attempt = (entries: readonly JournalEntry[], stop: AbortSignal) => Promise<Delivery>;

export interface AttemptOptions {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly limits: Pick<ForwarderLimits, "attemptMsMax" | "graceMsMax" | "throwsInRowMax">;
}

/**
 * Connects where that is due, then delivers, within a deadline. A sink that throws is connected again before the next attempt;
 * one that goes on throwing at the same events is taken to refuse them (until something is delivered again).
 */
export function createAttempt({ sink, clock, limits }: AttemptOptions): Attempt {
  let isConnected = false;
  let throwsInRow = 0;

  async function deliver(entries: readonly JournalEntry[], signal: AbortSignal): Promise<Delivery> {
    try {
      if (!isConnected) await sink.connect(signal);
      isConnected = true;
    } catch (error) {
      const failed = retry(`Cannot connect: ${describeError(error)}`);
      return error instanceof ChaperoneError ? { ...failed, code: error.code } : failed;
    }
    try {
      const delivery = await sink.deliver(entries, signal);
      if (delivery.status === "delivered") throwsInRow = 0;
      return delivery;
    } catch (error) {
      isConnected = false;
      const cause = `The sink failed: ${describeError(error)}`;
      if (signal.aborted || ++throwsInRow < limits.throwsInRowMax) return retry(cause);
      return { status: "refused", cause: `${cause} (${throwsInRow} times in a row)` };
    }
  }

  return async (entries, stop) => {
    const deadline = new AbortController();
    const over = new AbortController();
    const end = (): void => {
      if (!over.signal.aborted) deadline.abort();
    };
    void clock.sleep(limits.attemptMsMax, over.signal).then(end);
    const work = deliver(entries, deadline.signal);
    const abandoned = afterStop(stop, over.signal).then(async () => {
      await clock.sleep(limits.graceMsMax, over.signal);
      end();
      await clock.sleep(limits.graceMsMax, over.signal);
      return retry("Stopped before the endpoint answered");
    });
    try {
      return await Promise.race([work, abandoned]);
    } finally {
      over.abort();
    }
  };
}

/** Resolves when the first signal is aborted, or the second. */
function afterStop(stop: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted || over.aborted) return resolve();
    stop.addEventListener("abort", () => resolve(), { once: true, signal: over });
    over.addEventListener("abort", () => resolve(), { once: true });
  });
}

function retry(cause: string): Extract<Delivery, { readonly status: "retry" }> {
  return { status: "retry", cause, retryAfterMs: null };
}
