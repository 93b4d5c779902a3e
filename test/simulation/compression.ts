import { createRequire, syncBuiltinESMExports } from "node:module";
import type * as Zlib from "node:zlib";

/**
 * Compression on the thread pool ends whenever it likes, and in any order. Here it ends in its turn, so that the same seed takes the
 * same course. To be imported before what imports `node:zlib`.
 */
const zlib = createRequire(import.meta.url)("node:zlib") as {
  -readonly [K in keyof typeof Zlib]: (typeof Zlib)[K];
};

zlib.zstdCompress = inTurn(zlib.zstdCompressSync) as typeof Zlib.zstdCompress;
zlib.zstdDecompress = inTurn(zlib.zstdDecompressSync) as typeof Zlib.zstdDecompress;
syncBuiltinESMExports();

type Work = (bytes: Uint8Array, options?: Zlib.ZstdOptions) => Buffer;
type Done = (error: Error | null, result: Buffer) => void;

function inTurn(work: Work): (bytes: Uint8Array, options: Zlib.ZstdOptions, done: Done) => void {
  return (bytes, options, done) => {
    try {
      const result = work(bytes, options);
      queueMicrotask(() => done(null, result));
    } catch (error) {
      queueMicrotask(() => done(error as Error, Buffer.alloc(0)));
    }
  };
}
