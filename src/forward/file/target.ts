import { dirname } from "node:path";
import { systemCode } from "../../model/error.ts";
import type { Disk, DiskFile, DiskPlace } from "../../ports/disk.ts";
import { UnfitPath } from "./classify-error.ts";

/** The open file. Whole lines are appended to it. */
export interface Target {
  readonly file: DiskFile;
  readonly identity: string;
  /** Everything before is whole, durable lines. */
  sizeBytes: number;
}

const NEWLINE = 0x0a;
const STEP_BYTES = 64 * 1024;

/** Throws UnfitPath for what is no file: a pipe would block, a device would swallow, and neither can be cut back or made durable. */
export async function checkPath(disk: Disk, path: string): Promise<void> {
  const place = await lookAt(disk, path);
  if (place?.kind === "folder") throw new UnfitPath("it is a folder");
  if (place?.kind === "other") throw new UnfitPath("it is a device, a pipe or a socket");
}

/**
 * Opens the file, makes it where it is missing, and cuts it back to its last line end: what a crash left of a line was never
 * acknowledged and comes again. The caller holds the path's lock.
 */
export async function openTarget(disk: Disk, path: string): Promise<Target> {
  const file = await disk.open(path, "append");
  try {
    const { identity } = await disk.look(path);
    const sizeBytes = await lastLineEnd(file);
    if (sizeBytes < (await file.sizeBytes())) await file.truncate(sizeBytes);
    await file.sync();
    await disk.syncFolder(dirname(path));
    return { file, identity, sizeBytes };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Whether the open file is as we left it, at its path: a log rotation moves it away, or copies and empties it. */
export async function isAsLeft(disk: Disk, path: string, target: Target): Promise<boolean> {
  if ((await lookAt(disk, path))?.identity !== target.identity) return false;
  return (await target.file.sizeBytes()) === target.sizeBytes;
}

/** Whether the path still leads to the open file, with all that was written to it. */
export async function isHeld(disk: Disk, path: string, target: Target): Promise<boolean> {
  if ((await lookAt(disk, path))?.identity !== target.identity) return false;
  return (await target.file.sizeBytes()) >= target.sizeBytes;
}

async function lookAt(disk: Disk, path: string): Promise<DiskPlace | null> {
  try {
    return await disk.look(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Size of the file up to and with its last line end. */
async function lastLineEnd(file: DiskFile): Promise<number> {
  let end = await file.sizeBytes();
  while (end > 0) {
    const from = Math.max(0, end - STEP_BYTES);
    const at = Buffer.from(await file.read(from, end - from)).lastIndexOf(NEWLINE);
    if (at >= 0) return from + at + 1;
    end = from;
  }
  return 0;
}
