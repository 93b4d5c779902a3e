import { basename } from "node:path";
import type { FoundFiles, FoundPath } from "../file-tail/find-files.ts";
import { isQuiet } from "../folder-watch/quiet.ts";
import { isRoomLeft, makeRoom, reportWaiting } from "../folder-watch/waiting.ts";
import { isRead, isUnread, lookOf, newDocument, type KnownDocument } from "./known.ts";
import { isReplaced, takeLeave, type LostDocument } from "./losses.ts";
import type { Watch } from "./watch.ts";

/** Hidden files, and the names by which editors and copying programs call what they are still writing. */
const UNFINISHED = /^\.|~$|\.(?:tmp|part|partial|swp)$/i;

export function isUnfinished(name: string): boolean {
  return UNFINISHED.test(name);
}

/**
 * Puts what a look found beside what is known: new documents, those that have changed, and those that are gone. Returns the documents
 * that are lost. What came in the place of one of them is not known before that is declared.
 */
export async function takeLook(
  watch: Watch,
  { paths, faults }: FoundFiles,
): Promise<readonly LostDocument[]> {
  const nowMs = watch.clock.monotonicMs();
  const files = new Map(paths.map((path): [string, FoundPath] => [basename(path.path), path]));
  const documents = new Map([...files].filter(([name]) => isDocument(watch, name)));
  const missing = [...watch.known.values()].filter(({ name }) => !documents.has(name));
  // What a fault keeps out of sight may still be there.
  if (faults.length === 0) for (const known of missing) known.goneAtMs ??= nowMs;
  const newcomers = documents.size - (watch.known.size - missing.length);
  makeRoom(watch, { ...watch.limits, newcomers, isOver: (known) => !isUnread(known) });
  const looks = new Set([...documents.values()].map(lookOf));
  const replaced: LostDocument[] = [];
  let unremembered = 0;
  for (const [name, path] of documents) {
    const known = watch.known.get(name) ?? add(watch, name, path, nowMs);
    if (known === null) unremembered++;
    else if (isReplaced(known, path, looks)) {
      known.goneAtMs ??= nowMs;
      replaced.push({ known, replacedBy: path });
    } else see(watch, known, { path, nowMs });
  }
  for (const known of watch.known.values()) seeEnclosure(known, files);
  const lost = faults.length > 0 ? [] : takeLeave(watch, missing, { looks, nowMs });
  await reportWaiting(watch, { waits, unremembered, noun: "files" });
  // What has lost its name is declared whatever is out of sight: what has that name now would wait for as long.
  return [...replaced, ...lost];
}

function isDocument({ kind }: Watch, name: string): boolean {
  return !isUnfinished(name) && kind.isDocument(name);
}

function add(watch: Watch, name: string, found: FoundPath, nowMs: number): KnownDocument | null {
  if (!isRoomLeft(watch, watch.limits)) return null;
  const known = newDocument({ name, path: found.path, look: lookOf(found) }, nowMs);
  watch.known.set(name, known);
  watch.touch();
  return known;
}

/** Takes in how a document is now. */
export function see(
  watch: Watch,
  known: KnownDocument,
  { path, nowMs }: { readonly path: FoundPath; readonly nowMs: number },
): void {
  known.goneAtMs = null;
  known.modifiedNs = path.modifiedNs;
  const look = lookOf(path);
  const isSame = known.look === look;
  known.isSettled = isSame && isQuiet(watch, known, nowMs);
  if (isSame) return;
  known.look = look;
  known.changedAtMs = nowMs;
  known.retryAtMs = -Infinity;
  known.failures = 0;
  watch.faults.clear(known.path);
  watch.touch();
}

/** A document whose enclosure is another one than when it was read has to be read again. */
function seeEnclosure(known: KnownDocument, files: ReadonlyMap<string, FoundPath>): void {
  const { read } = known;
  if (read === null || read.enclosure === null) return;
  const file = files.get(read.enclosure.name);
  const look = file === undefined ? null : lookOf(file);
  known.hasOtherEnclosure = look !== read.enclosure.look;
}

function waits(known: KnownDocument): boolean {
  return known.goneAtMs === null && !isRead(known);
}
