import type { Micros } from "../../model/time.ts";
import type { FolderReader } from "./reader.ts";
import type { FolderOf, WatchedFile, Watching } from "./watch.ts";

/** Tries of a file or the folder before `run --once` ends without it. */
const TRIES_MAX = 3;

export interface Report {
  /** What is found read from now on was read at this time. */
  lookBegins(): void;
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
  return {
    lookBegins: () => {
      lookedAt = clock.now();
    },
    send: (looks) => {
      const behind = reader.behindOf(watch);
      const isFailing = faults.count > 0;
      if (behind.length === 0 && !isFailing) caughtUpAt = lookedAt;
      const mayGiveUp = isFailing && looks >= TRIES_MAX;
      const hasEnded =
        stopAtEnd &&
        (!isFailing || mayGiveUp) &&
        behind.every(({ failures }) => failures >= TRIES_MAX);
      const parts = reader.partsOf(watch, behind);
      intake.progress(source, { behind: parts, caughtUpAt, isFailing, hasEnded });
      return hasEnded;
    },
  };
}
