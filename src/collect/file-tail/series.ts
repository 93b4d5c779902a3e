import { dirname } from "node:path";
import type { TailedFile } from "./tailed-file.ts";

/**
 * Whose turn it is. The files of one folder are one series: they follow each other in time, as the rotated forms of one log do,
 * and the oldest is read to its end before the next. Folders take turns, so that a busy one does not keep a quiet one waiting.
 */
export interface Series {
  next(mayTurn: (file: TailedFile) => boolean): TailedFile | null;
}

export function createSeries(files: Iterable<TailedFile>): Series {
  const folders = new Map<string, TailedFile[]>();
  for (const file of files) {
    const folder = dirname(file.path);
    const series = folders.get(folder);
    if (series === undefined) folders.set(folder, [file]);
    else series.push(file);
  }
  const order = [...folders.values()].map((series) => series.toSorted(byAge));
  let turn = 0;
  return {
    next: (mayTurn) => {
      for (let step = 0; step < order.length; step++) {
        const index = (turn + step) % order.length;
        const file = order[index]?.find(mayTurn);
        if (file === undefined) continue;
        turn = index + 1;
        return file;
      }
      return null;
    },
  };
}

function byAge(one: TailedFile, other: TailedFile): number {
  const ageNs = one.seen.modifiedNs - other.seen.modifiedNs;
  if (ageNs !== 0n) return ageNs < 0n ? -1 : 1;
  return byRotation(one.path, other.path);
}

/**
 * For files of one tick of the file system's clock: `audit.log.2`, `audit.log.1`, `audit.log`, and `audit-<time>.log` before
 * `audit.log`; else by name.
 */
function byRotation(one: string, other: string): number {
  const [oneStem, oneNumber] = rotationOf(one);
  const [otherStem, otherNumber] = rotationOf(other);
  if (oneStem === otherStem) return otherNumber - oneNumber;
  if (oneStem.startsWith(otherStem)) return -1;
  if (otherStem.startsWith(oneStem)) return 1;
  return oneStem < otherStem ? -1 : 1;
}

/** The name without the number of its rotation, and that number. Longer ones are dates, which belong to the name. */
function rotationOf(path: string): readonly [string, number] {
  const match = /^(.*)\.(\d{1,4})$/.exec(path);
  return match === null ? [path, 0] : [match[1] ?? "", Number(match[2])];
}
