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
  return one.path < other.path ? -1 : 1;
}
