import type { BigIntStats } from "node:fs";
import { mkdir, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "../model/error.ts";
import type { Disk, DiskFile, DiskPlace } from "../ports/disk.ts";

/** Audit logs are nobody else's business: files and folders of ours are for their owner alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

const FLAGS = { append: "a+", read: "r", write: "w+", update: "r+" } as const;

/** The machine's own file system. */
export const nodeDisk: Disk = {
  open: async (path, mode) => diskFile(await open(path, FLAGS[mode], FILE_MODE)),
  readFile: (path) => readFile(path),
  rename,
  unlink,
  list: async (folder) => (await readdir(folder)).sort(),
  makeFolder,
  syncFolder,
  sizeBytes: async (path) => (await stat(path)).size,
  look: async (path) => placeOf(await stat(path, { bigint: true })),
};

function placeOf(look: BigIntStats): DiskPlace {
  const kind = look.isFile() ? "file" : look.isDirectory() ? "folder" : "other";
  return { kind, identity: `${look.dev}:${look.ino}` };
}

/**
 * One folder after another, each durable before the next is made in it. So the last of those that are there already is all that may
 * not be durable, and its name is synced once more.
 */
async function makeFolder(folder: string): Promise<void> {
  const parent = dirname(folder);
  if (parent === folder) return;
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      await makeFolder(parent);
      await mkdir(folder, { mode: FOLDER_MODE });
    } else if (!(await isFolder(folder))) throw error;
  }
  await syncFolder(parent);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function diskFile(handle: FileHandle): DiskFile {
  return {
    write: (bytes, position) => writeAll(handle, bytes, position),
    read: (position, length) => readUpTo(handle, position, length),
    truncate: (sizeBytes) => handle.truncate(sizeBytes),
    // fdatasync: the data and the length; the times of a file are nothing that we rely on.
    sync: () => handle.datasync(),
    sizeBytes: async () => (await handle.stat()).size,
    close: () => handle.close(),
  };
}

/** One write may take fewer bytes than it is given (a full disk, a signal): the rest is written by the next one. */
async function writeAll(handle: FileHandle, bytes: Uint8Array, position?: number): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) {
    const at = position === undefined ? null : position + written;
    const result = await handle.write(bytes, written, bytes.byteLength - written, at);
    written += result.bytesWritten;
  }
}

async function readUpTo(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const result = await handle.read(bytes, filled, length - filled, position + filled);
    if (result.bytesRead === 0) break;
    filled += result.bytesRead;
  }
  return bytes.subarray(0, filled);
}
