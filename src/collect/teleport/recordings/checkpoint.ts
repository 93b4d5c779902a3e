import { ChaperoneError } from "../../../model/error.ts";
import type { RecordingPlace } from "../../../recording/read.ts";
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
}

export const HEAD_BYTES_MAX = 1_024;

/** Reads a loaded document. Anything but a whole version 1 document fails closed with CHECKPOINT_UNREADABLE. */
export function readRecordingsCheckpoint(source: string, document: unknown): RecordingsCheckpoint {
  try {
    const { version, done, open } = fieldsOf(document);
    if (version !== 1) throw wrong("version", version);
    return {
      version,
      done: listOf("done", done).map(readDone),
      open: listOf("open", open).map(readOpen),
    };
  } catch (error) {
    throw new ChaperoneError(
      "CHECKPOINT_UNREADABLE",
      `Cannot read the checkpoint of source "${source}"`,
      {
        cause: error,
        hint: "Run the version of Chaperone that wrote it. Moving it aside makes the source start again: events come twice, under the same ids",
      },
    );
  }
}

function readDone(value: unknown): DoneRecording {
  const [name, inode, sizeBytes, modifiedNs] = listOf("a recording", value);
  return [
    text("name", name),
    digits("inode", inode),
    count("size", sizeBytes),
    digits("modified", modifiedNs),
  ];
}

function readOpen(value: unknown): OpenRecording {
  const fields = fieldsOf(value);
  const place = fieldsOf(fields["place"]);
  const { lastIndex, sessionId, isAfterFault } = fields;
  if (typeof isAfterFault !== "boolean") throw wrong("isAfterFault", isAfterFault);
  return {
    name: text("name", fields["name"]),
    inode: digits("inode", fields["inode"]),
    sizeBytes: count("sizeBytes", fields["sizeBytes"]),
    modifiedNs: digits("modifiedNs", fields["modifiedNs"]),
    head: readDigest(fields["head"]),
    place: {
      partOffset: count("partOffset", place["partOffset"]),
      bodyOffset: count("bodyOffset", place["bodyOffset"]),
    },
    lastIndex: lastIndex === -1 ? -1 : count("lastIndex", lastIndex),
    sessionId: sessionId === null ? null : text("sessionId", sessionId),
    isAfterFault,
  };
}

function readDigest(value: unknown): Digest {
  const fields = fieldsOf(value);
  const bytes = count("bytes", fields["bytes"]);
  if (bytes > HEAD_BYTES_MAX) throw wrong("bytes", bytes);
  return { bytes, sha256: sha256(fields["sha256"]) };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw wrong("a document", value);
  return value as Readonly<Record<string, unknown>>;
}

function listOf(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(name, value);
  return value;
}

function count(name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw wrong(name, value);
  return value;
}

function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw wrong(name, value);
  return value;
}

function sha256(value: unknown): string {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) throw wrong("sha256", value);
  return value;
}

function digits(name: string, value: unknown): string {
  if (typeof value !== "string" || !/^-?\d+$/.test(value)) throw wrong(name, value);
  return value;
}

function wrong(name: string, value: unknown): TypeError {
  return new TypeError(`"${name}" is ${JSON.stringify(value) ?? "missing"}`);
}
