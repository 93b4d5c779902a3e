import type { GapRange, RecordBatch, Source } from "../model/record.ts";

/**
 * Brings records in from one configured source.
 *
 * The pipeline calls `run` once. It resolves when the signal is aborted, or when the input has ended and the collector was made
 * to stop there (`run --once`). Until then it reads, hands records to `intake.accept` and moves its checkpoint only over what a
 * resolved `accept` covered. A fault of the source (a folder that cannot be read) is no rejection: the collector logs it once,
 * reports `isFailing` and tries again with backoff. A rejection of `run` ends the process.
 */
export interface Collector {
  readonly source: Source;
  run(intake: Intake, signal: AbortSignal): Promise<void>;
}

/** Where a source stands, as its collector last saw it. Reported after every round, also when nothing was new. */
export interface Progress {
  /** Parts (as in RecordBatch) that are not read to their end. */
  readonly behind: readonly string[];
  /** Microseconds: when a round last found every part read to its end; null while it never did. */
  readonly caughtUpAt: number | null;
  /** The source cannot be read at present. */
  readonly isFailing: boolean;
  /** The input is over and nothing will follow (`run --once`). */
  readonly hasEnded: boolean;
}

/** The way into the journal; one per organization, shared by its collectors. */
export interface Intake {
  /**
   * Normalizes, correlates and journals the batch. Resolves when all of it is durable; only then may the collector move its
   * checkpoint or answer 2xx. A rejection is the nack: the same records must come again. May be called again before it resolved
   * (at most `acceptsInFlightMax` calls, further ones wait); calls resolve in their order. Waits, without limit, while the
   * journal is full or the source is ahead of the evidence that its events need.
   */
  accept(batch: RecordBatch): Promise<void>;
  /** Journals a declared loss. Resolves when it is durable. The same range again makes an event with the same id. */
  gap(range: GapRange): Promise<void>;
  progress(source: Source, progress: Progress): void;
}

/** Durable places of collectors, one document per source, opaque to everybody but the collector. Always behind what `accept` resolved. */
export interface Checkpoints {
  /** The last saved document; null for a source that never saved one. Fails closed (CHECKPOINT_UNREADABLE) on damage. */
  load(source: string): Promise<unknown>;
  /** Resolves when durable. Calls for one source are made one after another. */
  save(source: string, checkpoint: unknown): Promise<void>;
}
