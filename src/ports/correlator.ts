import type { NewEntry } from "../model/entry.ts";
import type { JournalEntry } from "../model/entry.ts";
import type { NormalizedEvent } from "../model/normalization.ts";
import type { JournalPosition } from "../model/position.ts";
import type { Source } from "../model/record.ts";
import type { Micros } from "../model/time.ts";

/**
 * Decides whose event it is, which grants it has and whether they cover it.
 *
 * Synchronous on purpose: the order of the calls is the order of the journal. The pipeline calls `correlate`, `release` or `advance`, hands
 * the entries to `journal.append` before anything else can run, and calls `commit` when that append is durable. Each call sees
 * the ledger with all earlier calls applied, durable or not; a failed append ends the process.
 */
export interface Correlator {
  correlate(batch: readonly NormalizedEvent[]): Correlated;
  /** Releases held events whose wait is over, and nothing else: called before each batch, so that it is judged by what is there by then. */
  release(watermarks: Watermarks): Correlated;
  /**
   * The same, and everything that is to be done besides: verdicts to be given anew, findings, seals. Some of it in one call; called by
   * one loop, and between batches when many records have come.
   */
  advance(watermarks: Watermarks, now: Micros): Correlated;
  /**
   * Everything up to this position is durable in the journal. Called once for every `correlate`, and for every `release` and
   * `advance` that returned entries, in the order of those calls, with the position that its `append` resolved with; and once at start,
   * behind the last `fold`: what was folded is written then, in a way that survives a power loss.
   */
  commit(upTo: JournalPosition): void;
  /** Writes what is committed in a way that survives a power loss, as far as the disk has room: `durableTo` follows. Else it does so in its own time. */
  makeDurable(): void;
  /** At start: brings the ledger up to the journal's end. Reads only after `appliedTo`, and never correlates again. */
  fold(entry: JournalEntry): void;
  /**
   * After the start: reads a part of what of the ledger is kept in memory, some milliseconds long; true when there is no more. Any call
   * that needs the rest reads it at once.
   */
  getReady(): boolean;
  readonly appliedTo: JournalPosition;
  /** Smallest position that must stay in the journal for the ledger to be made again after a power loss. */
  readonly durableTo: JournalPosition;
  /** Events that are to be judged again (H3), and findings that are to be said anew; `advance` goes on with them. */
  readonly reviewCount: number;
  /** Seals are due that the last `advance` had no room for. */
  readonly areSealsDue: boolean;
  /** Number of events held at present. */
  readonly heldCount: number;
}

export interface Correlated {
  readonly entries: readonly NewEntry[];
  /** Records whose event is journaled already, with the same content. Not journaled again. */
  readonly duplicates: number;
}

/** How far the evidence has come (H2). */
export interface Watermarks {
  /** Smallest watermark of all Teleport sources: no record of an earlier time is expected. Infinity when all have ended, or there is none. */
  readonly evidence: Micros;
  /** Every Teleport source is at its end or failing: wall time counts towards `holdFor` (H1). */
  readonly isEvidenceIdle: boolean;
  /**
   * Every source of the organization has ended (`run --once`): everything held is released. Where absent, it is taken to be so when the
   * evidence is Infinity and idle. It matters for RequestReceived, which waits for a later record of its own source (W8).
   */
  readonly hasEnded?: boolean;
  /** How far every source has come; where absent, nothing is known of them. */
  readonly sources?: readonly SourceWatermark[];
}

export interface SourceWatermark {
  readonly source: Source;
  /** No record of an earlier time is expected; -Infinity before anything is known, Infinity when it has ended. */
  readonly watermark: Micros;
  /** It cannot be read at present. */
  readonly isFailing?: boolean;
}
