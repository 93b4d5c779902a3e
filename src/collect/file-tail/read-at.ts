import type { FileHandle } from "node:fs/promises";

/** Below this, reads share the memory pool; above it, each has memory of its own. */
const POOLED_BYTES_MAX = 2_048;

/**
 * Up to `length` bytes at `position`; fewer only at the end of the file. The memory is never used again: records keep views of it.
 */
export async function readAt(
  handle: FileHandle,
  position: number,
  length: number,
): Promise<Buffer> {
  const buffer =
    length <= POOLED_BYTES_MAX ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled === length ? buffer : buffer.subarray(0, filled);
}
