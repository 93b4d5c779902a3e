import type { Micros } from "../../model/time.ts";
import { isUndecided } from "./retire.ts";
import type { Tail } from "./tail.ts";
import { isBehind, partOf, type TailedFile } from "./tailed-file.ts";

/** Tries of a file or a folder before `run --once` ends without it. */
const TRIES_MAX = 3;

export interface Report {
  /** What is found at an end from now on was at its end at this time. */
  lookBegins(): void;
  /** Tells the intake where the source stands after a round. True: the input has ended (`run --once`). */
  send(looks: number): boolean;
}

export function createReport(tail: Tail): Report {
  let lookedAt: Micros = 0;
  let caughtUpAt: Micros | null = null;
  return {
    lookBegins: () => {
      lookedAt = tail.clock.now();
    },
    send: (looks) => {
      const files = [...tail.files.values()];
      const behind = files.filter((file) => isBehind(file) || isUndecided(file));
      const isFailing = tail.faults.count > 0;
      if (behind.length === 0 && !isFailing) caughtUpAt = lookedAt;
      const mayGiveUp = isFailing && looks >= TRIES_MAX;
      const hasEnded =
        tail.stopAtEnd &&
        (!isFailing || mayGiveUp) &&
        behind.every((file) => isGivenUp(file) || (mayGiveUp && isLeftToNextRun(file)));
      const parts = behind.map(partOf);
      tail.intake.progress(tail.source, { behind: parts, caughtUpAt, isFailing, hasEnded });
      return hasEnded;
    },
  };
}

/** A file that `run --once` cannot read: the source ends as failing, and the file's place is kept for the next run. */
function isGivenUp(file: TailedFile): boolean {
  return file.failures >= TRIES_MAX && file.handedIn.length === 0 && !file.isDeclaring;
}

/**
 * A known file in a folder that cannot be looked at: whether it is still there is for the next run to say, which has its place. Or one
 * that there is no room for: none of those that are read will go.
 */
function isLeftToNextRun(file: TailedFile): boolean {
  return (isUndecided(file) || file.isHeldBack) && file.handedIn.length === 0 && !file.isDeclaring;
}
