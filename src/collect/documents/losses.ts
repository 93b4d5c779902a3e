import type { FoundPath } from "../file-tail/find-files.ts";
import { isSameFile, isUnread, lookOf, type KnownDocument } from "./known.ts";
import type { Watch } from "./watch.ts";

/** A document that is gone and was not read. */
export interface LostDocument {
  readonly known: KnownDocument;
  /** What has its name now; null where nothing has. */
  readonly replacedBy: FoundPath | null;
}

/**
 * Whether a document that was to be read is lost to another one that has its name now. A draft is not: editors save many. Nor is what
 * was written over in the same file: nobody can tell a correction from another document.
 */
export function isReplaced(
  known: KnownDocument,
  path: FoundPath,
  looks: ReadonlySet<string>,
): boolean {
  const look = lookOf(path);
  if (!isUnread(known) || known.look === look || looks.has(known.look)) return false;
  return known.goneAtMs !== null || (known.isSettled && !isSameFile(known.look, look));
}

/** Of what is not there, what is lost; forgets what is not, and is over. */
export function takeLeave(
  watch: Watch,
  missing: readonly KnownDocument[],
  { looks, nowMs }: { readonly looks: ReadonlySet<string>; readonly nowMs: number },
): readonly LostDocument[] {
  return missing.flatMap((known) => {
    if (known.goneAtMs === null) return [];
    const isLost = isUnread(known);
    // Under its new name it is read: nothing is lost. Its inode alone may have been given to the next file.
    const isRenamed = isLost && looks.has(known.look);
    const isOver = nowMs - known.goneAtMs >= watch.limits.forgetAfterMs;
    if (isRenamed || (!isLost && isOver)) forget(watch, known);
    return isLost && !isRenamed ? [{ known, replacedBy: null }] : [];
  });
}

export function forget(watch: Watch, known: KnownDocument): void {
  watch.known.delete(known.name);
  watch.faults.clear(known.path);
  watch.touch();
}
