import type { RecordingPlace } from "../../../recording/read.ts";
import {
  count,
  digest,
  digits,
  fieldsOf,
  flag,
  listOf,
  readDocument,
  text,
  textOrNull,
} from "../../checkpoint-document.ts";
import { NO_BREAKS, type Breaks, type MissingEvents } from "./breaks.ts";
import type { Digest } from "../../file-tail/digest.ts";

/**
 * What a source of recordings remembers, in one document. A recording is its name below the folder, for as long as its inode, size and
 * modified time stay; where one of them changed it is read again from its beginning. Most recordings are read to their end and are one
 * short list each.
 */
export interface RecordingsCheckpoint {
  readonly version: 1;
  readonly done: readonly DoneRecording[];
  readonly open: readonly OpenRecording[];
}

/** Name, inode, size in bytes, modified time in nanoseconds. */
export type DoneRecording = readonly [string, string, number, string];

export interface OpenRecording {
  readonly name: string;
  readonly inode: string;
  readonly sizeBytes: number;
  readonly modifiedNs: string;
  /** Of the first bytes, at most HEAD_BYTES_MAX: the place is in this content. */
  readonly head: Digest;
  /** Records and faults before it are durable. */
  readonly place: RecordingPlace;
  /** The highest index of an event before it; -1 where there is none. */
  readonly lastIndex: number;
  /** Session that a record before it named; null where none did. */
  readonly sessionId: string | null;
  /** The place is right behind a fault that was declared. */
  readonly isAfterFault: boolean;
  /** In the numbering before the place. A checkpoint of the first form has none. */
  readonly breaks: Breaks;
}

export const HEAD_BYTES_MAX = 1_024;

/** Reads a loaded document; throws CHECKPOINT_UNREADABLE for anything but a whole one. */
export function readRecordingsCheckpoint(source: string, document: unknown): RecordingsCheckpoint {
  return readDocument(source, document, ({ done, open }) => ({
    done: listOf("done", done).map(readDone),
    open: listOf("open", open).map(readOpen),
  }));
}

function readDone(value: unknown): DoneRecording {
  const [name, inode, sizeBytes, modifiedNs] = listOf("a recording", value);
  const fields = { name, inode, sizeBytes, modifiedNs };
  return [
    text(fields, "name"),
    digits(fields, "inode"),
    count(fields, "sizeBytes"),
    digits(fields, "modifiedNs"),
  ];
}

function readOpen(value: unknown): OpenRecording {
  const fields = fieldsOf("a recording", value);
  const place = fieldsOf("place", fields["place"]);
  return {
    name: text(fields, "name"),
    inode: digits(fields, "inode"),
    sizeBytes: count(fields, "sizeBytes"),
    modifiedNs: digits(fields, "modifiedNs"),
    head: digest(fields, "head", HEAD_BYTES_MAX),
    place: { partOffset: count(place, "partOffset"), bodyOffset: count(place, "bodyOffset") },
    lastIndex: fields["lastIndex"] === -1 ? -1 : count(fields, "lastIndex"),
    sessionId: textOrNull(fields, "sessionId"),
    isAfterFault: flag(fields, "isAfterFault"),
    breaks: readBreaks(fields["breaks"]),
  };
}

function readBreaks(value: unknown): Breaks {
  if (value === undefined) return NO_BREAKS;
  const fields = fieldsOf("breaks", value);
  return { declared: count(fields, "declared"), rest: readRest(fields["rest"]) };
}

function readRest(value: unknown): MissingEvents | null {
  if (value === null) return null;
  const fields = fieldsOf("rest", value);
  return {
    from: count(fields, "from"),
    to: count(fields, "to"),
    count: count(fields, "count"),
    places: count(fields, "places"),
  };
}
