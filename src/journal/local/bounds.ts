import { join } from "node:path";
import { ChaperoneError } from "../../model/error.ts";
import type { Disk } from "../../ports/disk.ts";
import { loadDocument, saveDocument } from "../../platform/document.ts";
import { segmentName } from "./segment.ts";

/** What the folder must hold, kept beside the segments, so that a lost file is never taken for one that was not there. */
export interface Bounds {
  /** Entries up to this sequence were unlinked on purpose. */
  readonly releasedTo: number;
  /** First sequence of the newest segment that was begun; 0 before the first one. */
  readonly newestFirst: number;
}

const BOUNDS_FILE = "bounds.json";

export interface BoundsFile {
  readonly current: Bounds;
  /** Changes take effect and are written one after another; resolves when durable. Rejects with Node's system errors: the next change writes this one too. */
  change(part: Partial<Bounds>): Promise<void>;
}

export function createBoundsFile(disk: Disk, folder: string, loaded: Bounds): BoundsFile {
  let current = loaded;
  let last: Promise<void> = Promise.resolve();
  return {
    get current() {
      return current;
    },
    change: (part) => {
      current = { ...current, ...part };
      const saved = last.then(() => saveBounds(disk, folder, current));
      last = saved.catch(() => undefined);
      return saved;
    },
  };
}

function saveBounds(disk: Disk, folder: string, bounds: Bounds): Promise<void> {
  return saveDocument(disk, join(folder, BOUNDS_FILE), bounds);
}

/**
 * The bounds of a folder with these segments (first sequences, ascending). A folder without anything is a new journal and gets
 * its bounds. Fails closed (JOURNAL_DAMAGED) where they are missing or damaged, and where the newest segment is gone.
 */
export async function loadBounds(
  disk: Disk,
  folder: string,
  segments: readonly number[],
): Promise<Bounds> {
  const path = join(folder, BOUNDS_FILE);
  const loaded = await loadDocument(disk, path);
  if (loaded.status === "missing" && segments.length === 0) {
    const bounds = { releasedTo: 0, newestFirst: 0 };
    await saveBounds(disk, folder, bounds);
    return bounds;
  }
  if (loaded.status === "missing") throw damaged(folder, `"${BOUNDS_FILE}" is missing`);
  if (loaded.status === "unreadable")
    throw damaged(folder, `"${BOUNDS_FILE}" is unreadable: ${loaded.cause}`);
  const bounds = loaded.content;
  if (!isBounds(bounds)) throw damaged(folder, `"${BOUNDS_FILE}" holds something else`);
  if ((segments.at(-1) ?? 0) < bounds.newestFirst)
    throw damaged(folder, `its newest segment "${segmentName(bounds.newestFirst)}" is missing`);
  return bounds;
}

function isBounds(value: unknown): value is Bounds {
  if (typeof value !== "object" || value === null) return false;
  const { releasedTo, newestFirst } = value as Record<string, unknown>;
  return Number.isSafeInteger(releasedTo) && Number.isSafeInteger(newestFirst);
}

export function damaged(folder: string, why: string): ChaperoneError {
  return new ChaperoneError("JOURNAL_DAMAGED", `Cannot open journal "${folder}": ${why}`, {
    hint: `Restore the folder from a copy. "chaperone journal inspect" shows what is there without changing it.`,
  });
}
