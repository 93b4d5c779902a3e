import type { JournalEntry } from "../model/entry.ts";
import type { JournalPosition } from "../model/position.ts";
import type { Journal, ReadLimits } from "../ports/journal.ts";

export interface Batch {
  /** Entries of the pipeline's stream, in the journal's order; may be none. */
  readonly entries: readonly JournalEntry[];
  /** Once these are settled, so is everything up to here: what lies between is not the pipeline's. */
  readonly upTo: JournalPosition;
}

/** Smallest batch, in bytes, that an endpoint which says "too large" can bring a pipeline down to. */
const BATCH_BYTES_MIN = 64 * 1024;

/** Reads what a pipeline is to deliver. */
export interface Reader {
  /** Waits for the next entries; null where it was stopped before. */
  next(stop: AbortSignal): Promise<Batch | null>;
  /** A batch of this size was too large: the next ones are at most half of it. */
  shrink(sizeBytes: number): void;
}

export interface ReaderOptions {
  readonly journal: Journal;
  readonly stream: string;
  readonly after: JournalPosition;
  /** Of the sink. */
  readonly batch: ReadLimits;
}

export function createReader({ journal, stream, after, batch }: ReaderOptions): Reader {
  let readTo = after;
  let { bytesMax } = batch;
  return {
    next: async (stop) => {
      const read = await journal.read(readTo, { entriesMax: batch.entriesMax, bytesMax }, stop);
      const last = read.at(-1);
      if (last === undefined) return null;
      readTo = last.position;
      return { entries: read.filter((entry) => isSeen(entry, stream)), upTo: readTo };
    },
    shrink: (sizeBytes) => {
      bytesMax = Math.min(bytesMax, Math.max(BATCH_BYTES_MIN, Math.floor(sizeBytes / 2)));
    },
  };
}

/** A held event is seen when it is released, as an entry of its own. */
function isSeen(entry: JournalEntry, stream: string): boolean {
  return entry.kind !== "held" && entry.streams.includes(stream);
}
