import type { ContainerFault } from "../../avro/container.ts";
import { isFault } from "../../avro/container.ts";
import type { IndexedBlock } from "./block.ts";
import type { LocalEntry } from "./entry.ts";

type Read = readonly LocalEntry[] | ContainerFault;

/**
 * Blocks that were read lately, by their decoded entries: a reader whose limits are smaller than a block comes back for the rest
 * of it, and several readers at one place share it. At least one block is kept, whatever its size.
 */
export interface BlockCache {
  entries(segment: string, block: IndexedBlock, read: () => Promise<Read>): Promise<Read>;
}

const BLOCKS_MAX = 64;
/** Of entries as they are encoded. What blocks take on disk says nothing of it: a line of many megabytes may compress to nothing. */
const DECODED_BYTES_MAX: number = 16 * 1024 * 1024;

interface CachedBlock {
  readonly read: Promise<Read>;
  /** 0 until it was read. */
  decodedBytes: number;
}

export function createBlockCache(): BlockCache {
  const blocks = new Map<string, CachedBlock>();
  let decodedBytes = 0;

  function forget(key: string): void {
    decodedBytes -= blocks.get(key)?.decodedBytes ?? 0;
    blocks.delete(key);
  }

  function keepLatest(key: string, block: CachedBlock): void {
    forget(key);
    blocks.set(key, block);
    decodedBytes += block.decodedBytes;
    for (const oldest of blocks.keys()) {
      const isOver = decodedBytes > DECODED_BYTES_MAX || blocks.size > BLOCKS_MAX;
      if (!isOver || oldest === key) break;
      forget(oldest);
    }
  }

  return {
    entries: async (segment, { place }, read) => {
      const key = `${segment}:${place.offsetBytes}`;
      const block = blocks.get(key) ?? { read: read(), decodedBytes: 0 };
      keepLatest(key, block);
      try {
        const entries = await block.read;
        const isKept = blocks.get(key) === block;
        if (isFault(entries)) forget(key);
        else if (isKept && block.decodedBytes === 0) {
          // Not before: what it holds of the sum has to be taken away from it.
          forget(key);
          block.decodedBytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
          keepLatest(key, block);
        }
        return entries;
      } catch (error) {
        forget(key);
        throw error;
      }
    },
  };
}
