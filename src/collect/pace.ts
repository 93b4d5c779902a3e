import type { Clock } from "../ports/clock.ts";

/** How a consumer of the journal gets on. */
export interface Follower {
  /** Journal entries that it has not settled. */
  readonly lagEntries: number;
  /** Monotonic milliseconds of its last progress. */
  readonly lastProgressMs: number;
}

/** Holds intake back a little, so that consumers that keep up find their entries in memory and need not decode them. */
export interface Pace {
  /** Called before a batch; resolves at once, or after a short, bounded wait. */
  wait(batch: { readonly records: number; readonly sizeBytes: number }): Promise<void>;
}

export interface PaceOptions {
  readonly followers: () => readonly Follower[];
  /** Encoded bytes that the journal keeps in memory. */
  readonly recentBytesMax: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A follower that has not moved for so long is down or stuck: nobody waits for it, the journal keeps what it needs. */
const MOVING_MS_MAX = 250;
/** Longest wait of one batch, so that no follower can slow intake to less than a few batches a second. */
const WAIT_MS_MAX = 250;
const LOOK_EVERY_MS = 2;
/** An encoded entry holds the record, and about as much again as a Metadata event is long. */
const ENTRY_OVERHEAD_BYTES = 1_500;
/** Share of the memory that followers may lag behind; the rest is for what is under way. */
const SHARE = 0.5;

export function createPace({ followers, recentBytesMax, clock, signal }: PaceOptions): Pace {
  let entryBytes = ENTRY_OVERHEAD_BYTES;

  function isTooFarAhead(): boolean {
    const now = clock.monotonicMs();
    const lagEntriesMax = (recentBytesMax * SHARE) / entryBytes;
    return followers().some(
      ({ lagEntries, lastProgressMs }) =>
        lagEntries > lagEntriesMax && now - lastProgressMs < MOVING_MS_MAX,
    );
  }

  return {
    wait: async ({ records, sizeBytes }) => {
      if (records > 0) entryBytes = ENTRY_OVERHEAD_BYTES + sizeBytes / records;
      const startedAt = clock.monotonicMs();
      while (isTooFarAhead() && clock.monotonicMs() - startedAt < WAIT_MS_MAX && !signal.aborted)
        await clock.sleep(LOOK_EVERY_MS, signal);
    },
  };
}
