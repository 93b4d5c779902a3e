import type { Forwarder } from "../forward/forwarder.ts";
import type { JournalPosition } from "../model/position.ts";
import type { Line } from "../pipeline.ts";
import type { Clock } from "../ports/clock.ts";

/** A consumer that did not settle everything, and why. */
export interface Unsettled {
  readonly consumer: string;
  /** Journal entries between what is settled and the end. */
  readonly entries: number;
  readonly lastError: string | null;
}

export interface SettleOptions {
  readonly clock: Clock;
  /** Longest time without progress. */
  readonly settleMsMax: number;
}

const LOOK_EVERY_MS = 250;

/** Waits until every enabled consumer is settled up to the journal's end as of now, or makes no progress any more. */
export async function settleAll(
  line: Line,
  options: SettleOptions,
  signal: AbortSignal,
): Promise<readonly Unsettled[]> {
  const { end } = line.journal;
  const results = await Promise.all(
    line.consumers.map(async ({ name, forwarder }) => {
      if (forwarder === null || (await settle(forwarder, { ...options, end }, signal))) return null;
      const { lagEntries, lastError } = forwarder.state();
      return { consumer: name, entries: lagEntries, lastError: lastError?.cause ?? null };
    }),
  );
  return results.filter((result) => result !== null);
}

async function settle(
  forwarder: Forwarder,
  options: SettleOptions & { readonly end: JournalPosition },
  signal: AbortSignal,
): Promise<boolean> {
  const stuck = new AbortController();
  const over = new AbortController();
  void watch(forwarder, { ...options, over: over.signal }).then(() => stuck.abort());
  const isSettled = await forwarder.settled(options.end, AbortSignal.any([signal, stuck.signal]));
  over.abort();
  return isSettled;
}

/** Resolves when the forwarder made no progress for too long, or when it is over. */
async function watch(
  forwarder: Forwarder,
  { clock, settleMsMax, over }: SettleOptions & { readonly over: AbortSignal },
): Promise<void> {
  const startedAt = clock.monotonicMs();
  while (!over.aborted) {
    const progressedAt = Math.max(startedAt, forwarder.state().lastProgressMs);
    if (clock.monotonicMs() - progressedAt >= settleMsMax) return;
    await clock.sleep(LOOK_EVERY_MS, over);
  }
}
