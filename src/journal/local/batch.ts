import { encodeEntry } from "../../avro/journal-entry.ts";
import { AvroWriter } from "../../avro/writer.ts";
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

const WRITER_BYTES = 1024 * 1024;

/** Makes batches of `bytesMax`, and at most one entry more; sequences go on from `sequence`. */
export function createBatcher(options: {
  readonly sequence: number;
  readonly bytesMax: number;
}): Batcher {
  const { bytesMax } = options;
  let writer = new AvroWriter(WRITER_BYTES);
  let sequence = options.sequence;

  function make(appends: PendingAppend[], isOwnFirst: boolean): Batch {
    // One huge line must not keep its memory for good.
    if (writer.capacityBytes > 4 * Math.max(bytesMax, WRITER_BYTES))
      writer = new AvroWriter(WRITER_BYTES);
    writer.reset();
    const first = sequence + 1;
    const isOwn = appends[0]?.isOwn ?? false;
    const entries: LocalEntry[] = [];
    const finished: { append: PendingAppend; last: number }[] = [];
    for (let append = appends[0]; append !== undefined; append = appends[0]) {
      if (isOwnFirst && append.isOwn !== isOwn) break;
      while (append.taken < append.entries.length && writer.sizeBytes < bytesMax) {
        const entry = append.entries[append.taken];
        if (entry === undefined) break;
        const eventBytes = encodeOrSay(entry);
        append.taken += 1;
        sequence += 1;
        entries.push(recentEntry(sequence, eventBytes, entry));
      }
      if (append.taken < append.entries.length) break;
      finished.push({ append, last: sequence });
      appends.shift();
    }
    return { first, last: sequence, isOwn, entries, payload: writer.written(), finished };
  }

  function encodeOrSay(entry: NewEntry): number {
    try {
      return encodeEntry(writer, sequence + 1, entry);
    } catch (error) {
      const id = JSON.stringify(entry.event.id);
      throw new ChaperoneError("JOURNAL_WRITE_FAILED", `Cannot encode event ${id}`, {
        cause: error,
      });
    }
  }

  return { make };
}
