import { closeSync, openSync, readSync } from "node:fs";

const CHUNK_BYTES = 65_536;

/**
 * The bytes of a file, up to a limit that holds while it is read: a pipe or a device has no size before. Throws a RangeError above
 * the limit, and what the system says.
 */
export function readUpTo(path: string, bytesMax: number): Buffer {
  const file = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (let sizeBytes = 0; ;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks);
      sizeBytes += read;
      if (sizeBytes > bytesMax)
        throw new RangeError(`the file "${path}" is larger than ${bytesMax} bytes`);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}
