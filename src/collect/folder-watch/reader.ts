import type { FoundFiles } from "../file-tail/find-files.ts";
import type { WatchedFile } from "./watch.ts";

/** How a kind of source reads the files of its folder. The watch calls one method at a time. */
export interface FolderReader<Watch, File extends WatchedFile> {
  /** Glob of the files, below the folder. */
  readonly files: string;
  /** The files of a checkpoint that `save` made. @throws CHECKPOINT_UNREADABLE */
  restore(checkpoint: unknown, at: Restoring): readonly File[];
  save(known: Iterable<File>): unknown;
  /** Puts what a look found beside what is known. Resolves when what is gone unread is declared, or could not be. */
  takeLook(watch: Watch, found: FoundFiles): Promise<void>;
  /** Whether a file that is there is read as it is now. */
  isRead(file: File): boolean;
  /** Whether nothing is lost of a file that is gone. */
  isOver(file: File): boolean;
  /** The parts (as in RecordBatch) that are behind where these files are. */
  partsOf(watch: Watch, behind: readonly File[]): readonly string[];
  /** Reads what may be read now. What fails is a file's own, and no rejection. */
  takeTurn(watch: Watch, turn: Turn): Promise<void>;
}

interface Restoring {
  /** Name of the source. */
  readonly source: string;
  readonly pathOf: (name: string) => string;
  /** Monotonic milliseconds. */
  readonly nowMs: number;
}

interface Turn {
  readonly signal: AbortSignal;
  /** For a turn that may take long, between two files: saves where that is due, and tells the intake where the source stands. */
  readonly report: () => void;
}
