import { encodeEntry } from "../../avro/journal-entry.ts";
import { ChaperoneError } from "../../model/error.ts";
import type { NewEntry } from "../../model/entry.ts";
import type { JournalPosition } from "../../model/position.ts";
import { recentEntry } from "./entry.ts";
import type { LocalEntry } from "./entry.ts";

/** One call of `append` that is not durable yet. */
export interface PendingAppend {
  readonly entries: readonly NewEntry[];
  /** Entries that are in a batch already. */
  taken: number;
  /** Events of our own alone: they may use the space that is reserved for them. */
  readonly isOwn: boolean;
  readonly resolve: (position: JournalPosition) => void;
  readonly reject: (error: Error) => void;
}

/** The entries of one commit, encoded one behind the other. */
export interface Batch {
  readonly first: number;
  readonly last: number;
  readonly isOwn: boolean;
  readonly entries: readonly LocalEntry[];
  /** A view of the encoder's own buffer: free again when the next batch is made. */
  readonly payload: Uint8Array;
  /** Appends that are durable with this batch, with the sequence of their last entry. */
  readonly finished: readonly { readonly append: PendingAppend; readonly last: number }[];
}

export interface Batcher {
  /** Takes entries from the appends, in order, until the batch has its size; `isOwnFirst` ends it where events of our own end. */
  make(appends: PendingAppend[], isOwnFirst: boolean): Batch;
}

const SCRATCH_BYTES_MIN = 1024 * 1024;
/** avsc writes past the end of a short string that is not ASCII. */
const SLACK_BYTES = 1024;

/** Makes batches of `bytesMax`, and at most one entry more; sequences go on from `sequence`. */
export function createBatcher(options: {
  readonly sequence: number;
  readonly bytesMax: number;
}): Batcher {
  const { bytesMax } = options;
  let scratch: Buffer = Buffer.allocUnsafeSlow(0);
  let sequence = options.sequence;

  function encode(entry: NewEntry, position: number): { eventStart: number; end: number } {
    for (;;) {
      const place = encodeEntry(sequence + 1, entry, { buffer: scratch, position });
      if (place.end >= 0 && place.end + SLACK_BYTES <= scratch.length) return place;
      const neededBytes = place.end < 0 ? scratch.length - place.end : place.end;
      const grown = Math.max(neededBytes + SLACK_BYTES, 2 * scratch.length, SCRATCH_BYTES_MIN);
      const larger = Buffer.allocUnsafeSlow(grown);
      scratch.copy(larger, 0, 0, position);
      scratch = larger;
    }
  }

  function make(appends: PendingAppend[], isOwnFirst: boolean): Batch {
    // One huge line must not keep its memory for good.
    if (scratch.length > 4 * Math.max(bytesMax, SCRATCH_BYTES_MIN)) scratch = Buffer.alloc(0);
    const first = sequence + 1;
    const isOwn = appends[0]?.isOwn ?? false;
    const entries: LocalEntry[] = [];
    const finished: { append: PendingAppend; last: number }[] = [];
    let end = 0;
    for (let append = appends[0]; append !== undefined; append = appends[0]) {
      if (isOwnFirst && append.isOwn !== isOwn) break;
      while (append.taken < append.entries.length && end < bytesMax) {
        const entry = append.entries[append.taken];
        if (entry === undefined) break;
        const place = encodeOrSay(entry, end);
        append.taken += 1;
        sequence += 1;
        entries.push(recentEntry(sequence, place.end - place.eventStart, entry));
        end = place.end;
      }
      if (append.taken < append.entries.length) break;
      finished.push({ append, last: sequence });
      appends.shift();
    }
    const payload = scratch.subarray(0, end);
    return { first, last: sequence, isOwn, entries, payload, finished };
  }

  function encodeOrSay(entry: NewEntry, position: number): { eventStart: number; end: number } {
    try {
      return encode(entry, position);
    } catch (error) {
      const id = JSON.stringify(entry.event.id);
      throw new ChaperoneError("JOURNAL_WRITE_FAILED", `Cannot encode event ${id}`, {
        cause: error,
      });
    }
  }

  return { make };
}
