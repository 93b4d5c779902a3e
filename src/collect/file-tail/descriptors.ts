import { keyOf } from "./file-key.ts";
import { openPlain, type PlainContent } from "./content.ts";
import { openGzip, type GzipContent } from "./gzip-content.ts";
import { systemCode } from "../../model/error.ts";
import { failFile, type Tail } from "./tail.ts";
import { hasUnread, isBehind, knownSize, type TailedFile } from "./tailed-file.ts";

/**
 * The file's descriptor, opened where there is none. Held descriptors are what makes a renamed or deleted file readable to its end,
 * so a file keeps its own until others need it more. Null: not now.
 */
export async function openFile(
  tail: Tail,
  file: TailedFile,
): Promise<PlainContent | GzipContent | null> {
  if (file.content !== null) return file.content;
  try {
    if (!(await makeRoom(tail, file))) return later(tail, file);
    const content = await (file.compression === "gzip" ? openGzip : openPlain)(file.path);
    if (content.key === keyOf(file)) {
      file.content = content;
      file.next = null;
      return content;
    }
    await content.close();
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT") failFile(tail, file, error);
    // The process has no more descriptors, although we would have: one that can be spared goes to whoever comes next.
    if (code === "EMFILE" || code === "ENFILE") await spareOne(tail, file);
  }
  return later(tail, file);
}

/** Not before the next look: the file was moved since the last one, is at fault, or all descriptors are in use. */
export function later(tail: Tail, file: TailedFile): null {
  file.retryAtMs = Math.max(file.retryAtMs, tail.clock.monotonicMs() + tail.options.pollMs);
  return null;
}

export async function closeFile(file: TailedFile): Promise<void> {
  const { content } = file;
  file.sizeSeenMax = knownSize(file);
  file.content = null;
  file.next = null;
  await content?.close();
}

/** Opens what is found and not open: first what is unread, oldest first as it is read, then
 * the newest of the others, as long as there is room. */
export async function holdFiles(tail: Tail): Promise<void> {
  const closed = [...tail.files.values()].filter(
    (file) =>
      file.content === null &&
      file.isFound &&
      !file.isWaiting &&
      file.fate === "live" &&
      file.retryAtMs <= tail.clock.monotonicMs() &&
      (hasUnread(file) || !tail.stopAtEnd),
  );
  const order = closed.toSorted((one, other) => {
    const unread = Number(hasUnread(other)) - Number(hasUnread(one));
    if (unread !== 0) return unread;
    const ageNs = Number(one.seen.modifiedNs - other.seen.modifiedNs);
    return hasUnread(one) ? ageNs : -ageNs;
  });
  let room = tail.limits.filesOpenMax - openFiles(tail).length;
  for (const file of order) {
    if (room-- <= 0) return;
    await openFile(tail, file);
  }
}

function openFiles(tail: Tail): readonly TailedFile[] {
  return [...tail.files.values()].filter((file) => file.content !== null);
}

/**
 * Closes a file that can be opened again: at its end and quiet for longest, else one that has vanished and is drained, else one
 * whose turn is later. False: all are in use.
 */
async function makeRoom(tail: Tail, wanting: TailedFile): Promise<boolean> {
  return openFiles(tail).length < tail.limits.filesOpenMax || (await spareOne(tail, wanting));
}

async function spareOne(tail: Tail, wanting: TailedFile): Promise<boolean> {
  const [best] = openFiles(tail)
    .filter((file) => file !== wanting && costOfClosing(file) < Infinity)
    .toSorted(
      (one, other) =>
        costOfClosing(one) - costOfClosing(other) || one.changedAtMs - other.changedAtMs,
    );
  if (best === undefined) return false;
  await closeFile(best);
  return true;
}

function costOfClosing(file: TailedFile): number {
  if (!isBehind(file)) return file.isFound ? 0 : 1;
  const isInUse = file.handedIn.length > 0 || file.isDeclaring;
  return file.isFound && !isInUse ? 2 : Infinity;
}
