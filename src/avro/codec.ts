import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";

/** How the blocks of a container file are compressed; the names are those of the Avro specification. */
export const CODECS = ["zstandard", "null"] as const;
export type Codec = (typeof CODECS)[number];

/**
 * Most bytes that one block may have, compressed or not. Far above what is ever written: a commit holds `commitBytesMax` and one more
 * entry, which is a line of 64 MiB at most and its fields.
 */
export const BLOCK_BYTES_MAX: number = 512 * 1024 * 1024;

const CHUNK_BYTES_MIN = 16 * 1024;
const CHUNK_BYTES_MAX = 1024 * 1024;

const deflate = promisify(zstdCompress);
const inflate = promisify(zstdDecompress);

/** Compresses on the thread pool; the bytes must not change until the promise is settled. */
export async function compress(payload: Uint8Array, codec: Codec): Promise<Uint8Array> {
  if (codec === "null") return payload;
  return deflate(payload, {
    params: {
      [constants.ZSTD_c_compressionLevel]: 1,
      // Tables that stay in a core's own cache. Audit events are alike within a short distance: a fifth less time, the same size.
      [constants.ZSTD_c_hashLog]: 12,
      [constants.ZSTD_c_windowLog]: 18,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
    pledgedSrcSize: payload.byteLength,
    // One round trip to the thread pool for each chunk of output: audit events shrink to a seventh.
    chunkSize: clamp(payload.byteLength >> 2),
  });
}

/** The payload of a block. Throws where the checksum or the frame is wrong, or where it grows beyond `bytesMax`. */
export async function decompress(
  data: Uint8Array,
  codec: Codec,
  bytesMax: number = BLOCK_BYTES_MAX,
): Promise<Uint8Array> {
  if (codec === "null") return data;
  return inflate(data, {
    maxOutputLength: bytesMax,
    chunkSize: clamp(data.byteLength << 4),
  });
}

function clamp(chunkBytes: number): number {
  return Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, chunkBytes));
}
