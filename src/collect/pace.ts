import type { JournalPosition } from "../model/position.ts";
import type { Clock } from "../ports/clock.ts";

/** How a consumer of the journal gets on. */
export interface Follower {
  /** Everything up to here is settled. */
  readonly settledTo: JournalPosition;
  /** Monotonic milliseconds of its last progress. */
  readonly lastProgressMs: number;
}

/** The entries that the journal has in memory for readers that keep up. */
export interface RecentEntries {
  /** Encoded bytes of those after a sequence. */
  bytesAfter(sequence: number): number;
  /** No reader needs those up to a sequence any more. */
  forget(upTo: number): void;
}

/**
 * Holds intake back a little, so that consumers that keep up find their entries in memory and need not decode them; and lets go of
 * what all of them have settled, so that an event lives no longer than its way takes.
 */
export interface Pace {
  /** Called before a batch; resolves at once, or after a short, bounded wait. */
  wait(): Promise<void>;
}

export interface PaceOptions {
  readonly followers: () => readonly Follower[];
  readonly recent: RecentEntries;
  /** Encoded bytes that the journal keeps in memory at most. */
  readonly recentBytesMax: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A follower that has not moved for so long is down or stuck: nobody waits for it, the journal keeps what it needs. */
const MOVING_MS_MAX = 1_000;
/** Longest wait of one batch, so that no follower can slow a file's intake to less than 5,000 events, or 10 MiB, a second. */
const WAIT_MS_MAX = 100;
const LOOK_EVERY_MS = 2;
/** Share of the memory that followers may lag behind; the rest is for what is under way. */
const SHARE = 0.5;
/** Farther behind, a follower gains nothing: a few batches of any sink are ready for it. All else would only be memory. */
const LAG_BYTES_MAX = 8 * 1024 * 1024;

export function createPace(options: PaceOptions): Pace {
  const { followers, recent, clock, signal } = options;
  const lagBytesMax = Math.min(LAG_BYTES_MAX, options.recentBytesMax * SHARE);

  function isTooFarAhead(): boolean {
    const now = clock.monotonicMs();
    let settledTo = Infinity;
    let lagBytes = 0;
    for (const follower of followers()) {
      const { sequence } = follower.settledTo;
      settledTo = Math.min(settledTo, sequence);
      if (now - follower.lastProgressMs < MOVING_MS_MAX)
        lagBytes = Math.max(lagBytes, recent.bytesAfter(sequence));
    }
    recent.forget(settledTo);
    return lagBytes > lagBytesMax;
  }

  return {
    wait: async () => {
      const startedAt = clock.monotonicMs();
      while (isTooFarAhead() && clock.monotonicMs() - startedAt < WAIT_MS_MAX && !signal.aborted)
        await clock.sleep(LOOK_EVERY_MS, signal);
    },
  };
}
