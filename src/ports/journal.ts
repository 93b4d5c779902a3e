import type { JournalEntry, NewEntry } from "../model/entry.ts";
import type { JournalPosition } from "../model/position.ts";

export interface ReadLimits {
  /** At most this many entries. */
  readonly entriesMax: number;
  /** At most this many encoded bytes; a single larger entry is returned alone. */
  readonly bytesMax: number;
}

/** The durable log between intake and delivery, one per organization. */
export interface Journal {
  /**
   * Appends the entries in this order and resolves with the position of the last one once it is durable (fsync). May be called
   * again before it resolved; calls are written and resolve in their order, and a call without entries resolves when all earlier
   * ones are durable. Waits while the journal is at its size limit or the disk is full. Rejects only with JOURNAL_WRITE_FAILED,
   * after which the process must end: what the disk holds is not known any more.
   */
  append(entries: readonly NewEntry[]): Promise<JournalPosition>;
  /**
   * The entries after a position, in order, as many as there are within the limits. Waits for the first one; resolves with an
   * empty list when the signal is aborted. Only durable entries are returned. A damaged stretch of a sealed segment is skipped and
   * declared: `onDamage` of the journal's options is called with the lost range, and the rest is returned.
   */
  read(
    after: JournalPosition,
    limits: ReadLimits,
    signal: AbortSignal,
  ): Promise<readonly JournalEntry[]>;
  /** Nothing up to this position is needed by any reader any more. Unlinks what is also older than the journal keeps. */
  release(upTo: JournalPosition): Promise<void>;
  /** Position of the last durable entry. */
  readonly end: JournalPosition;
  /** Position before the oldest entry that is still there. */
  readonly start: JournalPosition;
  /** Appends wait for room, at the size limit or on a full disk: whoever keeps entries from being released should hurry. */
  readonly isFull: boolean;
  /** Bytes on disk. */
  readonly sizeBytes: number;
  /** Waits for appends under way, seals the segment and lets go of the files. */
  close(): Promise<void>;
}

/** A reader's own place in a journal. Durable: temp file, fsync, rename, fsync of the folder. */
export interface Cursor {
  readonly name: string;
  readonly position: JournalPosition;
  /** Resolves when durable. Positions only grow; an earlier one is a programming error and rejects. */
  advance(to: JournalPosition): Promise<void>;
}

export interface Cursors {
  /**
   * The cursor of this name. A new one is durable before this resolves, and stands at `start`. A cursor that was there before
   * and is missing or damaged fails closed (CURSOR_MISSING, CURSOR_UNREADABLE): it is never treated as new.
   */
  open(name: string, start: JournalPosition): Promise<Cursor>;
}
