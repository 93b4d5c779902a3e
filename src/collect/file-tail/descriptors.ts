import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { systemCode } from "../../model/error.ts";
import { failFile, type Tail } from "./tail.ts";
import { hasUnread, isBehind, keyOf, type TailedFile } from "./tailed-file.ts";

/** Without waiting: a path that became a pipe since it was looked at must not hold up the others. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The file's descriptor, opened where there is none. Held descriptors are what makes a renamed or deleted file readable to its end,
 * so a file keeps its own until others need it more. Null: not now.
 */
export async function openFile(tail: Tail, file: TailedFile): Promise<FileHandle | null> {
  if (file.handle !== null) return file.handle;
  if (!(await makeRoom(tail, file))) return null;
  try {
    const handle = await open(file.path, FLAGS);
    const look = await handle.stat({ bigint: true });
    if (keyOf({ device: String(look.dev), inode: String(look.ino) }) === keyOf(file)) {
      file.handle = handle;
      file.next = null;
      return handle;
    }
    await handle.close();
  } catch (error) {
    if (systemCode(error) !== "ENOENT") failFile(tail, file, error);
  }
  // Moved since it was looked at, or at fault: not before the next look.
  file.retryAtMs = Math.max(file.retryAtMs, tail.clock.monotonicMs() + tail.options.pollMs);
  return null;
}

export async function closeFile(file: TailedFile): Promise<void> {
  const { handle } = file;
  file.handle = null;
  file.next = null;
  await handle?.close();
}

/** Opens what is found and not open: first what has something unread, then the newest, as long as there is room. */
export async function holdFiles(tail: Tail): Promise<void> {
  const closed = [...tail.files.values()].filter(
    (file) =>
      file.handle === null &&
      file.isFound &&
      file.fate === "live" &&
      file.retryAtMs <= tail.clock.monotonicMs() &&
      (hasUnread(file) || !tail.stopAtEnd),
  );
  const order = closed.toSorted(
    (one, other) =>
      Number(hasUnread(other)) - Number(hasUnread(one)) ||
      Number(other.seen.modifiedNs - one.seen.modifiedNs),
  );
  let room = tail.limits.filesOpenMax - openFiles(tail).length;
  for (const file of order) {
    if (room-- <= 0) return;
    await openFile(tail, file);
  }
}

function openFiles(tail: Tail): readonly TailedFile[] {
  return [...tail.files.values()].filter((file) => file.handle !== null);
}

/** Closes the file at its end that has been quiet for longest. False: all are in use. */
async function makeRoom(tail: Tail, wanting: TailedFile): Promise<boolean> {
  const opened = openFiles(tail);
  if (opened.length < tail.limits.filesOpenMax) return true;
  const idle = opened
    .filter((file) => file !== wanting && !isBehind(file) && file.isFound)
    .toSorted((one, other) => one.changedAtMs - other.changedAtMs);
  const [quietest] = idle;
  if (quietest === undefined) return false;
  await closeFile(quietest);
  return true;
}
