import { ChaperoneError } from "../../model/error.ts";
import type { Micros } from "../../model/time.ts";
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

/** Reads a loaded document. Anything but a whole version 1 document fails closed with CHECKPOINT_UNREADABLE. */
export function readCheckpoint(source: string, document: unknown): FileTailCheckpoint {
  try {
    const { version, files } = fieldsOf(document, "the document");
    if (version !== 1) throw new TypeError(`version ${JSON.stringify(version)} is not known`);
    if (!Array.isArray(files)) throw new TypeError(`"files" is not a list`);
    return { version, files: files.map((file: unknown) => readFile(file)) };
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

function readFile(value: unknown): FileCheckpoint {
  const fields = fieldsOf(value, "a file");
  const { fate, compression, isMoved } = fields;
  if (!isFate(fate)) throw wrong("fate", fate);
  if (compression !== "none" && compression !== "gzip") throw wrong("compression", compression);
  if (typeof isMoved !== "boolean") throw wrong("isMoved", isMoved);
  return {
    path: text(fields, "path"),
    device: digits(fields, "device"),
    inode: digits(fields, "inode"),
    birthtimeNs: digits(fields, "birthtimeNs"),
    epoch: count(fields, "epoch"),
    fingerprint: readDigest(fields["fingerprint"], FINGERPRINT_BYTES_MAX),
    guard: readDigest(fields["guard"], GUARD_BYTES_MAX),
    offset: count(fields, "offset"),
    plainOffset: count(fields, "plainOffset"),
    compression,
    lines: count(fields, "lines"),
    sizeBytes: count(fields, "sizeBytes"),
    flushedTo: count(fields, "flushedTo"),
    modifiedNs: digits(fields, "modifiedNs"),
    fate,
    isMoved,
    seenAt: count(fields, "seenAt"),
  };
}

function readDigest(value: unknown, bytesMax: number): Digest {
  const fields = fieldsOf(value, "a digest");
  const bytes = count(fields, "bytes");
  const sha256 = text(fields, "sha256");
  if (bytes > bytesMax) throw wrong("bytes", bytes);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw wrong("sha256", sha256);
  return { bytes, sha256 };
}

function isFate(value: unknown): value is Fate {
  return FATES.some((fate) => fate === value);
}

function fieldsOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw new TypeError(`${what} is not an object`);
  return value as Readonly<Record<string, unknown>>;
}

function count(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw wrong(name, value);
  return value;
}

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw wrong(name, value);
  return value;
}

function digits(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = text(fields, name);
  if (!/^-?\d+$/.test(value)) throw wrong(name, value);
  return value;
}

function wrong(name: string, value: unknown): TypeError {
  return new TypeError(`"${name}" is ${JSON.stringify(value) ?? "missing"}`);
}
