import type { Micros } from "../../model/time.ts";
import {
  count,
  digest,
  digits,
  fieldsOf,
  flag,
  listOf,
  readDocument,
  text,
  wrong,
} from "../checkpoint-document.ts";
import type { Digest } from "./digest.ts";

/**
 * What a file tail remembers of its files, in one document per source. Everything is behind what resolved accepts covered.
 *
 * A file is its device and inode for as long as both digests agree: the fingerprint (its first bytes) and the guard (the bytes
 * right before `offset`). Where they do not, its content was replaced, or the inode was given to another file: the old content
 * stays here as `replaced`, until it is forgotten, and the new content is a new epoch. Compressed forms of a file are recognized
 * by the fingerprint of their plain bytes, and resumed at `plainOffset`.
 */
export interface FileTailCheckpoint {
  readonly version: 1;
  readonly files: readonly FileCheckpoint[];
}

/**
 * `live`: read on. `finished`: moved or deleted and drained; read again only if it changes. `lost`: gone with unread bytes, which
 * were declared. `replaced`: its inode has other content now.
 */
const FATES = ["live", "finished", "lost", "replaced"] as const;
export type Fate = (typeof FATES)[number];

export interface FileCheckpoint {
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  /** Nanoseconds; evidence for people, since not every file system has it. */
  readonly birthtimeNs: string;
  /** Counts the contents that this device and inode had while we knew them. */
  readonly epoch: number;
  /** Of the first bytes, at most FINGERPRINT_BYTES_MAX; fewer while the file was shorter. */
  readonly fingerprint: Digest;
  /** Of the bytes right before `plainOffset`, at most GUARD_BYTES_MAX. */
  readonly guard: Digest;
  /** Bytes of the file whose records are durable; always at the beginning of a line. 0 where it is compressed. */
  readonly offset: number;
  /** The same in bytes of the plain file: equal to `offset` where `compression` is `none`. */
  readonly plainOffset: number;
  readonly compression: "none" | "gzip";
  /** Lines before `offset`. */
  readonly lines: number;
  /** Largest size seen of this content, as it is on disk. */
  readonly sizeBytes: number;
  /** End of a last line without a line end that was handed in all the same, since nothing was to follow; 0 for none. */
  readonly flushedTo: number;
  /** Modified time, in nanoseconds, of the file when it was last read to its end; 0 before that. */
  readonly modifiedNs: string;
  readonly fate: Fate;
  /** The path changed while the file was known: it will not be written much longer. */
  readonly isMoved: boolean;
  /** Microseconds: when the file was last found. */
  readonly seenAt: Micros;
}

export const FINGERPRINT_BYTES_MAX = 1_024;
export const GUARD_BYTES_MAX = 256;

/** Reads a loaded document; throws CHECKPOINT_UNREADABLE for anything but a whole one. */
export function readCheckpoint(source: string, document: unknown): FileTailCheckpoint {
  return readDocument(source, document, ({ files }) => ({
    files: listOf("files", files).map(readFile),
  }));
}

function readFile(value: unknown): FileCheckpoint {
  const fields = fieldsOf("a file", value);
  const { fate, compression } = fields;
  if (!isFate(fate)) throw wrong("fate", fate);
  if (compression !== "none" && compression !== "gzip") throw wrong("compression", compression);
  return {
    path: text(fields, "path"),
    device: digits(fields, "device"),
    inode: digits(fields, "inode"),
    birthtimeNs: digits(fields, "birthtimeNs"),
    epoch: count(fields, "epoch"),
    fingerprint: digest(fields, "fingerprint", FINGERPRINT_BYTES_MAX),
    guard: digest(fields, "guard", GUARD_BYTES_MAX),
    offset: count(fields, "offset"),
    plainOffset: count(fields, "plainOffset"),
    compression,
    lines: count(fields, "lines"),
    sizeBytes: count(fields, "sizeBytes"),
    flushedTo: count(fields, "flushedTo"),
    modifiedNs: digits(fields, "modifiedNs"),
    fate,
    isMoved: flag(fields, "isMoved"),
    seenAt: count(fields, "seenAt"),
  };
}

function isFate(value: unknown): value is Fate {
  return FATES.some((fate) => fate === value);
}
