import { hash } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { readAt } from "../file-tail/read-at.ts";
import { lookText, type KnownDocument } from "./known.ts";
import type { FileRead } from "./watch.ts";

/** Without waiting: a path that became a pipe since it was looked at must not hold up the others. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Reads a file as it was looked at, of a larger one the head; null where it is another one, also by the end: the next look says what it is now. */
export async function readFileOf(
  { name, path, look, modifiedNs }: KnownDocument,
  { fileBytesMax, headBytes }: { readonly fileBytesMax: number; readonly headBytes: number },
): Promise<FileRead | null> {
  const handle = await open(path, FLAGS);
  try {
    const sizeBytes = await sizeWhereSame(handle, look);
    if (sizeBytes === null) return null;
    const length = sizeBytes <= fileBytesMax ? sizeBytes : Math.min(headBytes, fileBytesMax);
    const bytes = await readAt(handle, 0, length);
    if (bytes.length < length || (await sizeWhereSame(handle, look)) === null) return null;
    return { name, path, bytes, sizeBytes, sha256: hash("sha256", bytes, "hex"), modifiedNs };
  } finally {
    await handle.close();
  }
}

async function sizeWhereSame(handle: FileHandle, look: string): Promise<number | null> {
  const { ino, size, mtimeNs } = await handle.stat({ bigint: true });
  return lookText(String(ino), Number(size), mtimeNs) === look ? Number(size) : null;
}
