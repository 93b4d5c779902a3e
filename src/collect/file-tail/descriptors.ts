import { keyOf } from "./file-key.ts";
import { openPlain, type PlainContent } from "./content.ts";
import { openGzip, type GzipContent } from "./gzip-content.ts";
import { systemCode } from "../../model/error.ts";
import { failFile, type Tail } from "./tail.ts";
import { hasUnread, isBehind, type TailedFile } from "./tailed-file.ts";

/** Descriptors that are left to others when the process has none. */
const DESCRIPTORS_SPARE = 8;
/** Time after which more files may be open again. */
const ROOM_MS = 60_000;

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
    if (systemCode(error) !== "ENOENT") failFile(tail, file, error);
    if (isOutOfDescriptors(error)) await giveRoom(tail);
  }
  return later(tail, file);
}

export function isOutOfDescriptors(error: unknown): boolean {
  const code = systemCode(error);
  return code === "EMFILE" || code === "ENFILE";
}

/** Closes what can be spared, so that folders can be looked at and the others of the process can work. */
export async function giveRoom(tail: Tail): Promise<void> {
  const { room, clock } = tail;
  room.filesOpenMax = Math.max(1, openFiles(tail).length - DESCRIPTORS_SPARE);
  room.changedAtMs = clock.monotonicMs();
  while (openFiles(tail).length > room.filesOpenMax) if (!(await spareOne(tail, null))) return;
}

/** After a while without a fault, more are tried again. */
function takeRoom({ room, clock, limits }: Tail): void {
  if (room.filesOpenMax >= limits.filesOpenMax) return;
  if (clock.monotonicMs() - room.changedAtMs < ROOM_MS) return;
  room.filesOpenMax = Math.min(limits.filesOpenMax, room.filesOpenMax * 2);
  room.changedAtMs = clock.monotonicMs();
}

/** Not before the next look: the file was moved since the last one, is at fault, or all descriptors are in use. */
export function later(tail: Tail, file: TailedFile): null {
  file.retryAtMs = Math.max(file.retryAtMs, tail.clock.monotonicMs() + tail.options.pollMs);
  return null;
}

export async function closeFile(file: TailedFile): Promise<void> {
  const { content } = file;
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
      !file.isHeldBack &&
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
  takeRoom(tail);
  for (const file of order) {
    if (openFiles(tail).length >= tail.room.filesOpenMax) return;
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
  return openFiles(tail).length < tail.room.filesOpenMax || (await spareOne(tail, wanting));
}

async function spareOne(tail: Tail, wanting: TailedFile | null): Promise<boolean> {
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
