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
const COMPRESSED_BYTES_MAX: number = 1024 * 1024;

export function createBlockCache(): BlockCache {
  const blocks = new Map<string, { readonly read: Promise<Read>; readonly bytes: number }>();
  let bytes = 0;

  function forget(key: string): void {
    bytes -= blocks.get(key)?.bytes ?? 0;
    blocks.delete(key);
  }

  return {
    entries: async (segment, block, read) => {
      const key = `${segment}:${block.place.offsetBytes}`;
      const known = blocks.get(key);
      const entry = known ?? { read: read(), bytes: block.place.dataBytes };
      forget(key);
      blocks.set(key, entry);
      bytes += entry.bytes;
      for (const oldest of blocks.keys()) {
        const isOver = bytes > COMPRESSED_BYTES_MAX || blocks.size > BLOCKS_MAX;
        if (!isOver || oldest === key) break;
        forget(oldest);
      }
      try {
        const entries = await entry.read;
        if (isFault(entries)) forget(key);
        return entries;
      } catch (error) {
        forget(key);
        throw error;
      }
    },
  };
}
