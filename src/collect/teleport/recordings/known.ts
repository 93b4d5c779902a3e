import { RECORDING_START, type RecordingPlace } from "../../../recording/read.ts";
import { EMPTY_DIGEST, type Digest } from "../../file-tail/digest.ts";
import type { FoundPath } from "../../file-tail/find-files.ts";
import { NO_BREAKS, type Breaks } from "./breaks.ts";
import type { DoneRecording, OpenRecording, RecordingsCheckpoint } from "./checkpoint.ts";

/** A recording that a source knows. */
export interface KnownRecording {
  /** Below the source's folder; it names the recording. */
  name: string;
  path: string;
  /** How it was when it was last looked at. */
  look: RecordingLook;
  /** Monotonic milliseconds: since when it is so. */
  changedAtMs: number;
  /** Monotonic milliseconds: since when it is gone; null while it is there. */
  goneAtMs: number | null;
  isDone: boolean;
  head: Digest;
  place: RecordingPlace;
  lastIndex: number;
  sessionId: string | null;
  /** A break in the numbering here is the fault's before it, which was declared. */
  isAfterFault: boolean;
  /** Those before the place. */
  breaks: Breaks;
  /** Tries in a row that could not read it, and that could not journal what was read. */
  failures: number;
  rejections: number;
  retryAtMs: number;
}

export interface RecordingLook {
  readonly inode: string;
  readonly sizeBytes: number;
  readonly modifiedNs: string;
}

export function lookOf({ inode, sizeBytes, modifiedNs }: FoundPath): RecordingLook {
  return { inode, sizeBytes, modifiedNs: String(modifiedNs) };
}

export function isSameLook(one: RecordingLook, other: RecordingLook): boolean {
  return (
    one.inode === other.inode &&
    one.sizeBytes === other.sizeBytes &&
    one.modifiedNs === other.modifiedNs
  );
}

export function newRecording(
  { name, path }: { readonly name: string; readonly path: string },
  look: RecordingLook,
  nowMs: number,
): KnownRecording {
  return {
    name,
    path,
    look,
    changedAtMs: nowMs,
    goneAtMs: null,
    isDone: false,
    head: EMPTY_DIGEST,
    place: RECORDING_START,
    lastIndex: -1,
    sessionId: null,
    isAfterFault: false,
    breaks: NO_BREAKS,
    failures: 0,
    rejections: 0,
    retryAtMs: -Infinity,
  };
}

/** Its content is another one: it is read from its beginning. */
export function renewRecording(known: KnownRecording, look: RecordingLook, nowMs: number): void {
  Object.assign(known, newRecording(known, look, nowMs));
}

export function saveRecordings(known: Iterable<KnownRecording>): RecordingsCheckpoint {
  const done: DoneRecording[] = [];
  const open: OpenRecording[] = [];
  for (const { name, look, isDone, ...rest } of known)
    if (isDone) done.push([name, look.inode, look.sizeBytes, look.modifiedNs]);
    else {
      const { head, place, lastIndex, sessionId, isAfterFault, breaks } = rest;
      open.push({ name, ...look, head, place, lastIndex, sessionId, isAfterFault, breaks });
    }
  return { version: 1, done, open };
}

/** What was there when the last run saved; where it stands now is for the next look to say. */
export function restoreRecordings(
  { done, open }: RecordingsCheckpoint,
  pathOf: (name: string) => string,
  nowMs: number,
): readonly KnownRecording[] {
  const read = done.map(([name, inode, sizeBytes, modifiedNs]) => ({
    ...newRecording({ name, path: pathOf(name) }, { inode, sizeBytes, modifiedNs }, nowMs),
    isDone: true,
  }));
  const begun = open.map(({ name, inode, sizeBytes, modifiedNs, ...rest }) => ({
    ...newRecording({ name, path: pathOf(name) }, { inode, sizeBytes, modifiedNs }, nowMs),
    ...rest,
  }));
  return [...read, ...begun];
}
