import type { FolderReader } from "./reader.ts";
import type { FolderOf, WatchedFile, Watching } from "./watch.ts";

type Watch<File extends WatchedFile> = Pick<FolderOf, "options"> & Watching<File>;

/**
 * The files that are to be read and that there is room for: of those that are there, the first `filesMax` that are known. Those behind
 * them wait until one of these is gone.
 */
export function unreadOf<File extends WatchedFile>(
  watch: Watch<File>,
  isRead: (file: File) => boolean,
): readonly File[] {
  const inRoom = thereOf(watch).slice(0, watch.options.filesMax);
  return inRoom.filter((file) => !isRead(file));
}

/** The files behind which the source is: those, and those that vanished unread, until their loss is declared. */
export function behindOf<File extends WatchedFile>(
  watch: Watch<File>,
  { isRead, isOver }: Pick<FolderReader<never, File>, "isRead" | "isOver">,
): readonly File[] {
  const undeclared = [...watch.known.values()].filter(
    (file) => file.goneAtMs !== null && !isOver(file),
  );
  return [...unreadOf(watch, isRead), ...undeclared];
}

function thereOf<File extends WatchedFile>({ known }: Watch<File>): readonly File[] {
  return [...known.values()].filter(({ goneAtMs }) => goneAtMs === null);
}

/** Whether another file can be remembered, be it to wait. */
export function isRoomLeft<File extends WatchedFile>(
  { known, options }: Watch<File>,
  { waitingMax }: { readonly waitingMax: number },
): boolean {
  return known.size < options.filesMax + waitingMax;
}

/** Forgets files that are gone and over, those first that are gone longest, as far as so many new ones need their room. */
export function makeRoom<File extends WatchedFile>(
  watch: Watch<File>,
  {
    waitingMax,
    newcomers,
    isOver,
  }: {
    readonly waitingMax: number;
    readonly newcomers: number;
    /** Whether nothing is lost of a file that is gone. */
    readonly isOver: (file: File) => boolean;
  },
): void {
  const { known, options, faults } = watch;
  const missing = known.size + newcomers - (options.filesMax + waitingMax);
  if (missing <= 0) return;
  const over = [...known.values()].filter((file) => file.goneAtMs !== null && isOver(file));
  if (over.length === 0) return;
  const longest = over.toSorted((one, other) => (one.goneAtMs ?? 0) - (other.goneAtMs ?? 0));
  for (const { name, path } of longest.slice(0, missing)) {
    known.delete(name);
    faults.clear(path);
  }
  watch.touch();
}

/** Files that wait, or that there are too many of to be remembered, are a fault of the source. */
export async function reportWaiting<File extends WatchedFile>(
  watch: Watch<File>,
  {
    waits,
    unremembered,
    noun,
  }: {
    /** Whether a file that is there is to be read. */
    readonly waits: (file: File) => boolean;
    readonly unremembered: number;
    readonly noun: string;
  },
): Promise<void> {
  const { options, faults, overflow } = watch;
  const waiting = thereOf(watch).slice(options.filesMax).filter(waits).length;
  if (waiting + unremembered === 0) faults.clear(options.directory);
  else faults.raise(options.directory, new RangeError(`more than ${options.filesMax} ${noun}`));
  await overflow.looked({ waiting, unremembered });
}
