import { keyOf } from "./file-key.ts";
import type { Source } from "../../model/record.ts";
import type { FileTailOptions } from "../../model/source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Checkpoints, Intake } from "../../ports/collector.ts";
import type { Log } from "../../ports/log.ts";
import type { FileCheckpoint } from "./checkpoint.ts";
import type { Overflow } from "../overflow.ts";
import type { Faults } from "./faults.ts";
import type { FileTailLimits } from "./limits.ts";
import { saveFile } from "./save.ts";
import { rewind, type Observed, type TailedFile } from "./tailed-file.ts";

export interface FileTailOf {
  readonly source: Source;
  readonly options: FileTailOptions;
  /** Ends of names that hold gzip. */
  readonly gzipSuffixes: readonly string[];
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly log: Log;
  /** Read every file to its end as of the start, and stop there (`run --once`). */
  readonly stopAtEnd: boolean;
  readonly limits?: Partial<FileTailLimits>;
}

/** How many files may be open: fewer than `filesOpenMax` after the process had no descriptor left. */
export interface Room {
  filesOpenMax: number;
  /** When that last changed. */
  changedAtMs: number;
}

/** One running file tail: what its parts share. */
export interface Tail extends Omit<FileTailOf, "limits"> {
  readonly limits: FileTailLimits;
  readonly intake: Intake;
  readonly files: Map<string, TailedFile>;
  /** Contents whose inode has another one now, oldest first. */
  readonly replaced: FileCheckpoint[];
  readonly faults: Faults;
  readonly overflow: Overflow;
  readonly room: Room;
  /** Something that is to be saved has changed. */
  touch(): void;
  /** There may be something to do. */
  wake(): void;
}

export function observedNow(tail: Tail): Observed {
  return { at: tail.clock.now(), atMs: tail.clock.monotonicMs() };
}

/** The error is the file's own: others are read on, and this one is tried again with backoff. */
export function failFile(tail: Tail, file: TailedFile, error: unknown): void {
  tail.faults.raise(file.path, error);
  rewind(file);
  file.failures++;
  file.retryAtMs = tail.clock.monotonicMs() + backoffMs(tail, file.failures);
}

export function compressionOf(tail: Tail, path: string): TailedFile["compression"] {
  return tail.gzipSuffixes.some((suffix) => path.endsWith(suffix)) ? "gzip" : "none";
}

export function backoffMs(tail: Tail, failures: number): number {
  return Math.min(tail.limits.backoffMsMax, tail.options.pollMs * 2 ** Math.min(failures, 16));
}

/** Keeps what is known of a content that is no longer in its inode, and makes room for the next one. */
export function setAside(tail: Tail, file: TailedFile): void {
  const path = file.formerPath ?? file.path;
  tail.replaced.push({ ...saveFile(file, "replaced"), path });
  if (tail.replaced.length > tail.options.filesMax) tail.replaced.shift();
  tail.touch();
}

export function addFile(tail: Tail, file: TailedFile): void {
  tail.files.set(keyOf(file), file);
  tail.touch();
}
