import type { FolderOf, WatchedFile, Watching } from "./watch.ts";

type Watch<File extends WatchedFile> = Pick<FolderOf, "options"> & Watching<File>;

/** The files that there is room to read: the first `filesMax` that are known. Those behind them wait until one of these is forgotten. */
export function inRoom<File extends WatchedFile>({ known, options }: Watch<File>): readonly File[] {
  return [...known.values()].slice(0, options.filesMax);
}

/** Whether another file can be remembered, be it to wait. */
export function isRoomLeft<File extends WatchedFile>(
  { known, options }: Watch<File>,
  { waitingMax }: { readonly waitingMax: number },
): boolean {
  return known.size < options.filesMax + waitingMax;
}

/** Files that wait, or that there are too many of to be remembered, are a fault of the source. */
export async function reportWaiting<File extends WatchedFile>(
  watch: Watch<File>,
  {
    waits,
    unremembered,
    noun,
  }: {
    /** Whether a file is there and is to be read. */
    readonly waits: (file: File) => boolean;
    readonly unremembered: number;
    readonly noun: string;
  },
): Promise<void> {
  const { known, options, faults, overflow } = watch;
  const waiting = [...known.values()].slice(options.filesMax).filter(waits).length;
  if (waiting + unremembered === 0) faults.clear(options.directory);
  else faults.raise(options.directory, new RangeError(`more than ${options.filesMax} ${noun}`));
  await overflow.looked({ waiting, unremembered });
}
