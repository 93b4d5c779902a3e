import type { Micros } from "../../model/time.ts";
import type { FoundFiles } from "../file-tail/find-files.ts";
import type { FolderReader } from "./reader.ts";
import { behindOf } from "./waiting.ts";
import type { FolderOf, WatchedFile, Watching } from "./watch.ts";

/** Tries of a file or the folder before `run --once` ends without it. */
const TRIES_MAX = 3;

export interface Report {
  /** What is found read from now on was read at this time. */
  lookBegins(): void;
  looked(found: FoundFiles): void;
  /** Tells the intake where the source stands. True: the input has ended (`run --once`). */
  send(looks: number): boolean;
}

export function createReport<Watch extends FolderOf & Watching<File>, File extends WatchedFile>(
  watch: Watch,
  reader: FolderReader<Watch, File>,
): Report {
  const { source, clock, intake, faults, stopAtEnd } = watch;
  let lookedAt: Micros = 0;
  let caughtUpAt: Micros | null = null;
  let inSight: ReadonlySet<string> = new Set();
  let isBlind = false;

  /** What a fault keeps out of sight: whether it is still there is for the next run to say, which knows of it. */
  function isLeftToNextRun({ path }: WatchedFile): boolean {
    return isBlind && !inSight.has(path);
  }

  return {
    lookBegins: () => {
      lookedAt = clock.now();
    },
    looked: ({ paths, faults: blind }) => {
      inSight = new Set(paths.map(({ path }) => path));
      isBlind = blind.length > 0;
    },
    send: (looks) => {
      const behind = behindOf(watch, reader);
      const isFailing = faults.count > 0;
      if (behind.length === 0 && !isFailing) caughtUpAt = lookedAt;
      const mayGiveUp = isFailing && looks >= TRIES_MAX;
      const hasEnded =
        stopAtEnd &&
        (!isFailing || mayGiveUp) &&
        behind.every((file) => isGivenUp(file) || (mayGiveUp && isLeftToNextRun(file)));
      const parts = reader.partsOf(watch, behind);
      intake.progress(source, { behind: parts, caughtUpAt, isFailing, hasEnded });
      return hasEnded;
    },
  };
}

/** A file that cannot be read. One that is gone is waited for: its loss is still to be declared. */
function isGivenUp({ goneAtMs, failures }: WatchedFile): boolean {
  return goneAtMs === null && failures >= TRIES_MAX;
}
