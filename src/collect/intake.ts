import type { NormalizedEvent } from "../model/normalization.ts";
import type { GapRange, RawRecord, RecordBatch, Source } from "../model/record.ts";
import { MICROS_PER_MS, type Micros } from "../model/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Intake } from "../ports/collector.ts";
import type { Correlated, Correlator } from "../ports/correlator.ts";
import type { Journal } from "../ports/journal.ts";
import type { Meter } from "../ports/meter.ts";
import { createIntakeTally } from "./intake-tally.ts";
import { createLanes } from "./lanes.ts";
import type { Pace } from "./pace.ts";
import type { SourceWatermarks } from "./watermarks.ts";

export interface IntakeOptions {
  readonly organization: string;
  /**
   * The events of a record, unreadable ones included: none of what is ignored, several of a torn line, which then counts as so many
   * records. Never throws.
   */
  readonly normalize: (record: RawRecord, source: Source) => readonly NormalizedEvent[];
  readonly gapEvent: (range: GapRange) => NormalizedEvent;
  readonly correlator: Correlator;
  readonly journal: Journal;
  readonly watermarks: SourceWatermarks;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly meter: Meter;
  /** Accepts of one source that may be under way at once. */
  readonly acceptsInFlightMax: number;
  /** How far ahead of our clock an origin's clock is believed. */
  readonly skewMaxMs: number;
  /** Ends every wait; the accepts under way then reject. */
  readonly signal: AbortSignal;
  /**
   * Ends the process: what was correlated could not be journaled, so the ledger in memory is ahead of the journal. A collector takes
   * its rejection for a nack and would hand the records in again for ever.
   */
  readonly fail: (error: unknown) => void;
}

/** The intake, and the loop's way to let held events go. */
export interface DrivenIntake extends Intake {
  /** Journals what the correlator releases now. Resolves when it is durable. */
  advance(): Promise<void>;
}

/** Old files are read as live ones are: a thousand records come in a moment there. */
const ADVANCE_EVERY_RECORDS = 1_000;

/**
 * Left of the journal: normalize, correlate, append. Between `correlate` and `append` nothing else runs, so the order of
 * correlation is the order of the journal; `commit` follows when the append is durable.
 */
export function createIntake(options: IntakeOptions): DrivenIntake {
  const { correlator, journal, watermarks, meter, organization } = options;
  const lanes = createLanes(options.acceptsInFlightMax);
  let recordsSinceAdvance = 0;
  const tally = createIntakeTally(meter, { organization, heldAtStart: correlator.heldCount });

  /** A journal that gives up waiting because the process ends is no failure. */
  function failed(error: unknown): never {
    if (!options.signal.aborted) options.fail(error);
    throw error;
  }

  function decideNow(decide: () => Correlated): Decided {
    try {
      const heldBefore = correlator.heldCount;
      const correlated = decide();
      return { ...correlated, heldMore: correlator.heldCount - heldBefore };
    } catch (error) {
      return failed(error);
    }
  }

  /**
   * When it is durable, all that is counted of it moves in one step: what `count` counts, and the organization's. What waits for that
   * keeps what was decided alone: facts that outlive their decision are moved about by the collector of garbage.
   */
  async function journalNow(decided: Decided, count: (decided: Decided) => number): Promise<void> {
    try {
      const durable = journal.append(decided.entries);
      correlator.commit(await durable);
      tally.journaled(decided, count(decided));
    } catch (error) {
      failed(error);
    }
  }

  /** Without a wait of its own, which would keep the events and their facts. */
  async function correlateNow(
    events: readonly NormalizedEvent[],
    count: (decided: Decided) => number,
  ): Promise<void> {
    const decided = decideNow(() => correlator.correlate(events));
    return journalNow(decided, count);
  }

  async function journalReleased(decide: () => Correlated): Promise<void> {
    const released = decideNow(decide);
    if (released.entries.length > 0) await journalNow(released, () => 0);
  }

  function advanceNow(): Promise<void> {
    recordsSinceAdvance = 0;
    return journalReleased(() => correlator.advance(watermarks.current(), options.clock.now()));
  }

  /** Before each batch, so that it is judged by the evidence that is there by now. */
  function releaseBefore(records: number): Promise<void> {
    recordsSinceAdvance += records;
    if (recordsSinceAdvance >= ADVANCE_EVERY_RECORDS) return advanceNow();
    return journalReleased(() => correlator.release(watermarks.current()));
  }

  return {
    accept: (batch) =>
      lanes.enter(batch.source.name, async () => {
        await options.pace.wait();
        const { events, ignored, unreadable } = normalizeBatch(batch, options);
        const read = events.length + ignored;
        const latest = latestTime(events, options);
        await watermarks.admit(batch.source, latest, options.signal);
        options.signal.throwIfAborted();
        const released = releaseBefore(read);
        const durable = correlateNow(events, ({ duplicates }) =>
          tally.accepted(batch.source.name, { read, ignored, unreadable, duplicates }),
        );
        if (latest > -Infinity) watermarks.observe(batch.source, batch.part, latest);
        return { done: Promise.all([durable, released]).then(() => undefined) };
      }),
    gap: (range) =>
      lanes.enter(range.source.name, () => {
        const done = correlateNow([options.gapEvent(range)], () =>
          tally.declared(range.source.name),
        );
        return Promise.resolve({ done });
      }),
    progress: (source, progress) => {
      watermarks.progress(source, progress);
      const labels = { source: source.name };
      meter.set("chaperone_source_failing", labels, progress.isFailing ? 1 : 0);
      const { watermark } = watermarks.state(source.name);
      if (Number.isFinite(watermark))
        meter.set("chaperone_source_watermark_seconds", labels, watermark / MICROS_PER_MS / 1_000);
    },
    advance: advanceNow,
  };
}

/** What one call of the correlator made, and how many more (or fewer) events are held after it. */
interface Decided extends Correlated {
  readonly heldMore: number;
}

interface NormalizedBatch {
  readonly events: readonly NormalizedEvent[];
  readonly ignored: number;
  readonly unreadable: number;
}

function normalizeBatch(batch: RecordBatch, options: IntakeOptions): NormalizedBatch {
  const events: NormalizedEvent[] = [];
  let ignored = 0;
  let unreadable = 0;
  for (const record of batch.records) {
    const ofRecord = options.normalize(record, batch.source);
    if (ofRecord.length === 0) ignored++;
    for (const normalized of ofRecord) {
      if (normalized.facts === null) unreadable++;
      events.push(normalized);
    }
  }
  return { events, ignored, unreadable };
}

/**
 * The highest time that a record of the batch states; a clock that runs ahead is believed only so far, or it would let go of what
 * should wait. What could not be read states none: the time at which it was read would pass for the origin's.
 */
function latestTime(events: readonly NormalizedEvent[], options: IntakeOptions): Micros {
  const skewMax = options.skewMaxMs * MICROS_PER_MS;
  let latest = -Infinity;
  for (const { event, facts } of events)
    if (facts !== null)
      latest = Math.max(latest, Math.min(event.occurredAt, event.observedAt + skewMax));
  return latest;
}
