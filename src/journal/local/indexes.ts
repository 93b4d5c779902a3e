import type { DiskFile } from "../../ports/disk.ts";
import type { IndexedBlock } from "./block.ts";
import type { Segment } from "./segment.ts";
import { indexSegment, verifySegment } from "./segment-index.ts";
import type { SegmentIndex } from "./segment-index.ts";

/** The indexes of the segments that were read lately, and of the one that is written to. */
export interface Indexes {
  of(file: DiskFile, segment: Segment): Promise<SegmentIndex>;
  /** Made anew from every block, since one of them was not what the index says. */
  verified(file: DiskFile, segment: Segment): Promise<SegmentIndex>;
  readonly wrote: WroteBlock;
}

/** A block that was just made durable: the index of the segment that is written to grows with it. */
export type WroteBlock = (
  segment: Segment,
  head: Pick<SegmentIndex, "codec" | "decoder">,
  block: IndexedBlock,
) => void;

const INDEXES_MAX = 8;

interface GrowingIndex extends SegmentIndex {
  readonly name: string;
  readonly blocks: IndexedBlock[];
}

export function createIndexes(): Indexes {
  const indexes = new Map<string, SegmentIndex>();
  // A segment is written to from its first block on by this process alone: its index is whole without a look at the file.
  let open: GrowingIndex | null = null;

  /** Puts an index at the end of the map; the one that was used longest ago is forgotten. */
  function remember(name: string, index: SegmentIndex): SegmentIndex {
    indexes.delete(name);
    indexes.set(name, index);
    for (const oldest of indexes.keys()) {
      if (indexes.size <= INDEXES_MAX) break;
      indexes.delete(oldest);
    }
    return index;
  }

  return {
    of: async (file, segment) => {
      if (open?.name === segment.name) return open;
      const known = indexes.get(segment.name);
      return remember(segment.name, known ?? (await indexSegment(file, segment)));
    },
    verified: async (file, segment) => {
      const seen = { ...segment };
      const index = await verifySegment(file, seen);
      if (open?.name !== segment.name) return remember(segment.name, index);
      const written = open.blocks.filter((block) => block.first > seen.last);
      open = { ...index, name: segment.name, blocks: [...index.blocks, ...written] };
      return open;
    },
    wrote: (segment, head, block) => {
      if (open?.name === segment.name) {
        open.blocks.push(block);
        return;
      }
      if (open !== null) remember(open.name, open);
      open = { ...head, name: segment.name, blocks: [block], losses: [] };
    },
  };
}
