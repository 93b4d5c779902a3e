import type { JournalPosition } from "../model/position.ts";
import type { Pipeline } from "../model/relay.ts";
import type { Clock } from "../ports/clock.ts";
import type { Cursor, Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { Meter } from "../ports/meter.ts";
import type { Quarantine } from "../ports/quarantine.ts";
import type { Sink } from "../ports/sink.ts";
import { createAttempt } from "./attempt.ts";
import { closeSink } from "./close-sink.ts";
import { createHealth } from "./health.ts";
import type { Health } from "./health.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { ForwarderLimits } from "./limits.ts";
import { createPersistence } from "./persistence.ts";
import { createPlace } from "./place.ts";
import type { Place } from "./place.ts";
import { withPlainOutcomes, withRefusalsPaused } from "./probe.ts";
import { createReader } from "./reader.ts";
import type { Batch, Reader } from "./reader.ts";
import { createPersist, createRest } from "./rest.ts";
import { createSettle } from "./settle.ts";
import type { Settle } from "./settle.ts";
import { createConditions } from "./state.ts";
import type { PipelineState } from "./state.ts";
import { createTally } from "./tally.ts";
import type { Tally } from "./tally.ts";

/**
 * Carries one pipeline's stream from the journal to its endpoint.
 *
 * The straight line: read a batch of the journal → keep what is in the stream → settle it (deliver, or put to rest) → move the
 * place. The place moves only over what is settled, so that a crash anywhere makes copies, never a loss. Settling is a chain of
 * small links, each a function of its own: an attempt with a deadline (attempt.ts), made again until there is an answer
 * (persistence.ts), at the parts of the batch that the answers ask for (settle.ts), which tells a bad event from an endpoint that
 * takes nothing (probe.ts).
 */
export interface Forwarder {
  /** Runs until the signal is aborted, then closes the sink. Rejects with what must end the process. Called once. */
  run(signal: AbortSignal): Promise<void>;
  state(): PipelineState;
  /** As in the state, without making one. */
  readonly settledTo: JournalPosition;
  readonly lastProgressMs: number;
  /** Counts so many resting events that a redrive delivered. */
  redriven(count: number): void;
  /** True when the durable cursor is at the position or behind it; false where the signal was aborted before, or the run ended. */
  settled(position: JournalPosition, signal: AbortSignal): Promise<boolean>;
}

export interface ForwarderOptions {
  readonly pipeline: Pick<Pipeline, "slug" | "stream">;
  readonly journal: Journal;
  readonly cursor: Cursor;
  readonly sink: Sink;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly limits?: Partial<ForwarderLimits>;
  /** In [0, 1), for the jitter of waits. */
  readonly random: () => number;
}

/** The parts of a forwarder. */
interface Parts extends ForwarderOptions {
  readonly limits: ForwarderLimits;
  readonly health: Health;
  readonly tally: Tally;
  readonly place: Place;
  readonly reader: Reader;
}

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { clock, journal, quarantine } = options;
  const parts = partsOf(options);
  const { health, tally, place, reader, limits } = parts;
  const conditions = createConditions(clock);
  const progress = createProgress(parts);
  const settle = settleOf(parts, progress);

  async function run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const batch = await reader.next(signal);
        if (batch === null) continue;
        tally.matched(batch.entries.length);
        progress.begin(batch);
        if (!(await settle(batch.entries, signal))) break;
        progress.end(batch);
      }
    } finally {
      await place.close();
      await closeSink({ ...parts, pipeline: options.pipeline.slug });
    }
  }

  return {
    run,
    state: () => {
      const lagEntries = Math.max(0, journal.end.sequence - place.settledTo.sequence);
      const isLagging = lagEntries > 0 && progress.behindMs() > limits.lagMsMax;
      const resting = quarantine.count;
      return {
        pipeline: options.pipeline.slug,
        conditions: conditions.now({ health, isLagging, lagEntries, resting }),
        settledTo: place.settledTo,
        lagEntries,
        lastAckAt: health.lastAckAt,
        lastProgressMs: progress.lastMs,
        lastError: health.lastError,
        counts: tally.counts,
        resting,
      };
    },
    get settledTo() {
      return place.settledTo;
    },
    get lastProgressMs() {
      return progress.lastMs;
    },
    redriven: (count) => tally.redriven(count),
    settled: (position, signal) => place.reached(position, signal),
  };
}

function partsOf(options: ForwarderOptions): Parts {
  const { pipeline, journal, cursor, clock, log, meter, sink } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { cursorMsMin, retryMsMax } = limits;
  return {
    ...options,
    limits,
    health: createHealth({ pipeline: pipeline.slug, clock, log, meter }),
    tally: createTally({ meter, pipeline: pipeline.slug, quarantine: options.quarantine }),
    place: createPlace({ cursor, clock, log, cursorMsMin, retryMs: retryMsMax }),
    reader: createReader({
      journal,
      stream: pipeline.stream,
      after: cursor.position,
      batch: sink.batch,
    }),
  };
}

function settleOf(parts: Parts, progress: Progress): Settle {
  const { pipeline, sink, clock, log, limits, health, quarantine, tally, reader } = parts;
  const { cleanMin, refusedInRowMax } = limits;
  const attempt = withPlainOutcomes(createAttempt({ sink, clock, limits }));
  const common = { clock, limits, random: parts.random, watch: health };
  return createSettle({
    pipeline: pipeline.slug,
    ask: createPersistence({ ...common, attempt }),
    probe: createPersistence({
      ...common,
      attempt: withRefusalsPaused(attempt, refusedInRowMax),
    }),
    rest: createRest({
      write: (entries, cause) => quarantine.rest(entries, cause),
      persist: createPersist({ clock, log, pipeline: pipeline.slug, limits }),
    }),
    cleanMin,
    refusedInRowMax,
    onSettled: (count) => {
      tally.settled(count);
      progress.settled(count.delivered + count.quarantined);
    },
    onTooLarge: (sizeBytes) => reader.shrink(sizeBytes),
  });
}

/** Turns what is settled of the current batch into the place, entry by entry of its front. */
interface Progress {
  readonly lastMs: number;
  /** Time since the place was last seen at the journal's end. */
  behindMs(): number;
  begin(batch: Batch): void;
  settled(count: number): void;
  end(batch: Batch): void;
}

function createProgress({ place, clock, journal }: Parts): Progress {
  let batch: Batch | null = null;
  let settledCount = 0;
  let lastMs = clock.monotonicMs();
  let atEndMs = lastMs;
  let isAtEnd = true;

  function move(to: JournalPosition): void {
    place.move(to);
    lastMs = clock.monotonicMs();
    behindMs();
  }

  function behindMs(): number {
    isAtEnd = place.settledTo.sequence >= journal.end.sequence;
    if (isAtEnd) atEndMs = clock.monotonicMs();
    return clock.monotonicMs() - atEndMs;
  }

  return {
    get lastMs() {
      return lastMs;
    },
    behindMs,
    begin: (next) => {
      // Until this batch came there was nothing to do.
      if (isAtEnd) atEndMs = clock.monotonicMs();
      batch = next;
      settledCount = 0;
    },
    settled: (count) => {
      settledCount += count;
      const last = batch?.entries[settledCount - 1];
      if (last !== undefined) move(last.position);
    },
    end: ({ upTo }) => move(upTo),
  };
}
