import type { FolderOf, WatchedFile } from "./watch.ts";

/** Whether a file was left alone for long enough to be read. `run --once` does not wait: what is there is what there is. */
export function isQuiet(
  { options, stopAtEnd }: Pick<FolderOf, "options" | "stopAtEnd">,
  { changedAtMs }: Pick<WatchedFile, "changedAtMs">,
  nowMs: number,
): boolean {
  return stopAtEnd || nowMs - changedAtMs >= options.quietForMs;
}
