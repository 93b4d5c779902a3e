import type { Hash } from "node:crypto";
import type { Micros } from "../../model/time.ts";
import type { Fate, FileCheckpoint } from "./checkpoint.ts";
import { digestOf, EMPTY_DIGEST, type Digest } from "./digest.ts";
import type { Look, PlainContent } from "./content.ts";
import { keyOf } from "./file-key.ts";
import type { FoundPath } from "./find-files.ts";
import type { GzipContent } from "./gzip-content.ts";

/** The beginning of a line that is to be read next, with the bytes right before it, which every read looks at again. */
export interface Place {
  readonly offset: number;
  readonly lines: number;
  readonly before: Uint8Array;
}

/** A place as it is saved. */
export interface CommittedPlace {
  readonly offset: number;
  readonly lines: number;
  readonly guard: Digest;
}

/** Records of a file that were handed in. `end` is where the file is read on after them. */
export interface HandedIn {
  readonly end: Place;
  /** End of an unfinished line among the records, 0 for none. */
  readonly flushedTo: number;
  outcome: "open" | "accepted" | "rejected";
}

/** A line above `lineBytesMax` that begins at `offset` and has no end before `scannedTo`. */
export interface Overlong {
  readonly offset: number;
  readonly scannedTo: number;
  readonly before: Uint8Array;
  readonly head: Uint8Array;
  /** SHA-256 of the line as far as `scannedTo`. It cannot be saved: after a restart the line is looked through again. */
  readonly digest: Hash;
}

/** One content of one inode, as far as it is known. */
export interface TailedFile {
  readonly device: string;
  readonly inode: string;
  birthtimeNs: bigint;
  path: string;
  /** The path before it was found under this one, until it is known to be the same content: its inode may have gone to another file. */
  formerPath: string | null;
  compression: "none" | "gzip";
  /** Whether it is known where to begin: a compressed file may be what a known one became (place-compressed.ts). */
  isPlaced: boolean;
  /** The plain file of its name is still there, and read. */
  isWaiting: boolean;
  /** A compressed file cannot be read behind what was read of it; it is not declared yet. */
  damage: string | null;
  epoch: number;
  fingerprint: Digest;
  /** Behind it every record is durable. */
  committed: CommittedPlace;
  /** Where the file is read on; null until the content was compared with `committed` and the fingerprint. */
  next: Place | null;
  /** Counts the times that reading went back: what was being read meanwhile is not valid any more. */
  rewinds: number;
  overlong: Overlong | null;
  /** As last found, and as it was when last read to its end. Different: there is something to read. */
  seen: Look;
  readAs: Look | null;
  /** Size of the content that was last compared with what was read before; a look at a path may see another content. */
  sizeSeenMax: number;
  /** When it was last compared without being read (first-bytes.ts); 0 for never. */
  comparedAtMs: number;
  content: PlainContent | GzipContent | null;
  readonly handedIn: HandedIn[];
  fate: Fate;
  isMoved: boolean;
  isFound: boolean;
  /** There is no room for it (hold-back.ts). */
  isHeldBack: boolean;
  /** Looks in a row that saw everything but this file. */
  missedLooks: number;
  seenAt: Micros;
  changedAtMs: number;
  /** The content was replaced under us, for this reason; renewed when all that was handed in has settled. */
  replacedBecause: string | null;
  /** A loss of this file is being declared. */
  isDeclaring: boolean;
  /** NULs were found in the content, and it was said. */
  hasNuls: boolean;
  /** What is left without a line end is to be handed in: nothing will follow. */
  mayFlush: boolean;
  isFlushed: boolean;
  flushedTo: number;
  /** Lines that begin here or later are not read (`run --once`). */
  stopAt: number | null;
  /** Faults of the file, and rejections of the intake, in a row. */
  failures: number;
  rejections: number;
  retryAtMs: number;
}

/** Name of the file among the source's parts: `device:inode`, with `#epoch` from the second content on. */
export function partOf(file: TailedFile): string {
  return file.epoch === 0 ? keyOf(file) : `${keyOf(file)}#${file.epoch}`;
}

export function lookOf(found: Look): Look {
  return { sizeBytes: found.sizeBytes, modifiedNs: found.modifiedNs };
}

/** Bytes that a look saw, and the next one does not, were there and are lost where they are unread. */
export function see(file: TailedFile, look: Look): void {
  if (file.compression === "none" && look.sizeBytes < file.seen.sizeBytes) keepSeen(file);
  file.seen = lookOf(look);
}

/** What was seen is of this content: it was compared, or went with it. */
export function keepSeen(file: TailedFile): void {
  file.sizeSeenMax = Math.max(file.sizeSeenMax, file.seen.sizeBytes);
}

function isSameLook(one: Look | null, other: Look): boolean {
  return one?.sizeBytes === other.sizeBytes && one.modifiedNs === other.modifiedNs;
}

/** Whether there may be something to read. */
export function hasUnread(file: TailedFile): boolean {
  if (file.fate === "lost") return false;
  if (file.mayFlush && !file.isFlushed) return true;
  return !isSameLook(file.readAs, file.seen);
}

/** Whether records of the file are unread, or handed in and not durable. */
export function isBehind(file: TailedFile): boolean {
  if (file.isWaiting) return false;
  return (
    hasUnread(file) ||
    file.damage !== null ||
    file.handedIn.length > 0 ||
    file.replacedBecause !== null
  );
}

/** Size that the file is known to have had: what a held descriptor shows is the same file. */
export function knownSize(file: TailedFile): number {
  if (file.compression === "gzip") return file.sizeSeenMax;
  return file.content === null ? file.sizeSeenMax : Math.max(file.sizeSeenMax, file.seen.sizeBytes);
}

/** The same with what looks at its path have seen since, which nobody has compared: bytes that were there, and may be another content's. */
export function lookedSize(file: TailedFile): number {
  const size = knownSize(file);
  return file.compression === "gzip" ? size : Math.max(size, file.seen.sizeBytes);
}

/** Bytes that were there and were not handed in durably: a last line without an end is among them. */
export function unreadBytes(file: TailedFile): number {
  return Math.max(0, file.sizeSeenMax - Math.max(file.committed.offset, file.flushedTo));
}

/** What is there, or was, and was not handed in durably; null where nothing is. `to` is null where nobody knows how much it is. */
export function restOf(
  file: TailedFile,
): { readonly from: number; readonly to: number | null } | null {
  const from = Math.max(file.committed.offset, file.flushedTo);
  if (file.sizeSeenMax > from) return { from, to: file.sizeSeenMax };
  const isWhole = file.compression === "none" || file.fate === "finished" || file.isFlushed;
  return isWhole && file.damage === null ? null : { from, to: null };
}

/** Every record before the place is durable. */
export function commit(file: TailedFile, { offset, lines, before }: Place): void {
  file.committed = { offset, lines, guard: digestOf(before) };
}

/** What is to be had of the file was had: it is read again only if it changes. */
export function endFile(file: TailedFile, fate: Fate): void {
  file.fate = fate;
  file.isPlaced = true;
  file.isWaiting = false;
  file.mayFlush = false;
  file.isFlushed = false;
  file.readAs = file.seen;
}

/** Reading goes on at the committed place, after the content was compared again. */
export function rewind(file: TailedFile): void {
  file.rewinds++;
  file.next = null;
  file.overlong = null;
  file.readAs = null;
  file.isFlushed = false;
}

const START: CommittedPlace = Object.freeze({ offset: 0, lines: 0, guard: EMPTY_DIGEST });

export interface Observed {
  readonly at: Micros;
  readonly atMs: number;
}

export function newFile(
  found: FoundPath,
  observed: Observed,
  compression: TailedFile["compression"],
): TailedFile {
  return {
    device: found.device,
    inode: found.inode,
    birthtimeNs: found.birthtimeNs,
    path: found.path,
    formerPath: null,
    compression,
    isPlaced: compression === "none",
    isWaiting: false,
    damage: null,
    epoch: 0,
    fingerprint: EMPTY_DIGEST,
    committed: START,
    next: null,
    rewinds: 0,
    overlong: null,
    seen: lookOf(found),
    readAs: null,
    sizeSeenMax: compression === "gzip" ? 0 : found.sizeBytes,
    comparedAtMs: 0,
    content: null,
    handedIn: [],
    fate: "live",
    isMoved: false,
    isFound: true,
    isHeldBack: false,
    missedLooks: 0,
    seenAt: observed.at,
    changedAtMs: observed.atMs,
    replacedBecause: null,
    isDeclaring: false,
    hasNuls: false,
    mayFlush: false,
    isFlushed: false,
    flushedTo: 0,
    stopAt: null,
    failures: 0,
    rejections: 0,
    retryAtMs: 0,
  };
}

/** A file as a checkpoint knows it. It is not found yet, and its content not compared. */
export function restoreFile(saved: FileCheckpoint, atMs: number): TailedFile {
  const seen = { sizeBytes: saved.sizeBytes, modifiedNs: BigInt(saved.modifiedNs) };
  const isGzip = saved.compression === "gzip";
  const isReadToEnd = saved.fate === "finished" || (!isGzip && saved.offset === saved.sizeBytes);
  const file = newFile(
    { ...saved, ...seen, birthtimeNs: BigInt(saved.birthtimeNs), isLink: false },
    {
      at: saved.seenAt,
      atMs,
    },
    saved.compression,
  );
  return Object.assign(file, {
    epoch: saved.epoch,
    isPlaced: true,
    sizeSeenMax: isGzip ? saved.plainOffset : saved.sizeBytes,
    fingerprint: saved.fingerprint,
    committed: { offset: saved.plainOffset, lines: saved.lines, guard: saved.guard },
    flushedTo: saved.flushedTo,
    readAs: isReadToEnd ? seen : null,
    fate: saved.fate,
    isMoved: saved.isMoved,
    isFound: false,
  });
}

/** Begins the next content of the same inode. */
export function renewFile(file: TailedFile, compression: TailedFile["compression"]): void {
  Object.assign(file, {
    formerPath: null,
    compression,
    isPlaced: compression === "none",
    isWaiting: false,
    damage: null,
    epoch: file.epoch + 1,
    fingerprint: EMPTY_DIGEST,
    committed: START,
    next: null,
    overlong: null,
    readAs: null,
    sizeSeenMax: compression === "gzip" ? 0 : file.seen.sizeBytes,
    comparedAtMs: 0,
    fate: "live",
    isMoved: false,
    replacedBecause: null,
    hasNuls: false,
    isFlushed: false,
    flushedTo: 0,
    mayFlush: false,
  } satisfies Partial<TailedFile>);
}
