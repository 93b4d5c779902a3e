import type { DiskFile } from "../ports/disk.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Makes a stretch of a file durable of which nobody knows whether it is: writes it once more, as it is, and syncs. A sync alone may not
 * be enough: where one failed before, the kernel takes what was written for clean, and the next one succeeds without writing it.
 */
export async function writeAgain(
  file: DiskFile,
  stretch: { readonly fromBytes: number; readonly untilBytes: number },
): Promise<void> {
  for (let at = stretch.fromBytes; at < stretch.untilBytes;) {
    const bytes = await file.read(at, Math.min(CHUNK_BYTES, stretch.untilBytes - at));
    if (bytes.byteLength === 0) break;
    await file.write(bytes, at);
    at += bytes.byteLength;
  }
  await file.sync();
}
