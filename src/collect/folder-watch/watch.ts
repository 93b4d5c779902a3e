import type { Source } from "../../model/record.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Checkpoints, Intake } from "../../ports/collector.ts";
import type { Log } from "../../ports/log.ts";
import type { Faults } from "../file-tail/faults.ts";
import type { Overflow } from "../overflow.ts";

/** What a source is given that reads each file of a folder to its end, once. */
export interface FolderOf {
  readonly source: Source;
  readonly options: {
    /** Absolute path of the folder. */
    readonly directory: string;
    /** Time between two looks. */
    readonly pollMs: number;
    /** A file is not read before it was left alone for so long (quiet.ts). */
    readonly quietForMs: number;
    /** Files that are read at most; the rest waits (waiting.ts). */
    readonly filesMax: number;
  };
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly log: Log;
  /** Read what is there at the start to its end, and stop there (`run --once`). */
  readonly stopAtEnd: boolean;
}

/** A file of the folder that the source knows. */
export interface WatchedFile {
  /** Its path below the folder. */
  readonly name: string;
  readonly path: string;
  /** Monotonic milliseconds: since when it is as it was last looked at. */
  readonly changedAtMs: number;
  /** Monotonic milliseconds: since when it is gone; null while it is there. */
  readonly goneAtMs: number | null;
  /** Tries in a row that could not read it. */
  readonly failures: number;
}

/** What a source has while it runs; its parts share it. */
export interface Watching<File extends WatchedFile> {
  readonly intake: Intake;
  /** By name. */
  readonly known: Map<string, File>;
  readonly faults: Faults;
  readonly overflow: Overflow;
  /** Something that is to be saved has changed. */
  touch(): void;
}
