import { isFault } from "../../avro/container.ts";
import { systemCode } from "../../model/error.ts";
import type { Disk, DiskFile } from "../../ports/disk.ts";
import { createBlockCache } from "./block-cache.ts";
import type { BlockCache } from "./block-cache.ts";
import type { Damage } from "./options.ts";
import { takeFrom } from "./recent.ts";
import type { Taken } from "./recent.ts";
import type { Segment } from "./segment.ts";
import { createIndexes } from "./indexes.ts";
import type { Indexes, WroteBlock } from "./indexes.ts";
import { blockAfter, readEntries } from "./segment-index.ts";
import type { SegmentIndex } from "./segment-index.ts";
import type { SegmentList } from "./segment-list.ts";

/** Entries that are not in memory any more, from the segments. */
export interface Stored {
  /**
   * Adds the entries after a sequence to `into`, from the one segment that has the first of them, and returns the sequence up
   * to which everything is taken or declared lost.
   */
  take(after: number, into: Taken): Promise<number>;
  readonly wrote: WroteBlock;
}

interface Context {
  readonly disk: Disk;
  readonly segments: SegmentList;
  readonly cache: BlockCache;
  readonly indexes: Indexes;
  readonly declare: (losses: readonly Damage[]) => void;
}

export function createStored(options: {
  readonly disk: Disk;
  readonly segments: SegmentList;
  readonly onDamage: (damage: Damage) => void;
}): Stored {
  const indexes = createIndexes();
  const declared = new Set<string>();
  const context: Context = {
    disk: options.disk,
    segments: options.segments,
    cache: createBlockCache(),
    indexes,
    declare: (losses) => {
      for (const loss of losses) {
        const key = `${loss.from}-${loss.to}`;
        if (declared.has(key)) continue;
        declared.add(key);
        options.onDamage(loss);
      }
    },
  };
  return {
    take: (after, into) => take(context, after, into),
    wrote: indexes.wrote,
  };
}

async function take(context: Context, after: number, into: Taken): Promise<number> {
  const segment = context.segments.after(after);
  if (segment === undefined) return context.segments.end;
  context.declare(lostBefore(context.segments, segment, after));
  let file: DiskFile;
  try {
    file = await context.disk.open(segment.path, "read");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    // Released while we looked: the next round finds the segment that is now the first.
    if (!context.segments.all.includes(segment)) return after;
    const { first, last: to } = segment;
    const cause = "the file is missing";
    context.declare([{ from: first, to, count: to - first + 1, segment: segment.name, cause }]);
    return to;
  }
  try {
    return await takeFromSegment(context, { file, segment, after }, into);
  } finally {
    await file.close();
  }
}

interface Place {
  readonly file: DiskFile;
  readonly segment: Segment;
  readonly after: number;
}

async function takeFromSegment(context: Context, place: Place, into: Taken): Promise<number> {
  const { file, segment } = place;
  // What is appended meanwhile is for the next read.
  const last = segment.last;
  let index = await context.indexes.of(file, segment);
  let reached = place.after;
  for (let at = blockAfter(index.blocks, reached); at < index.blocks.length; at += 1) {
    const block = index.blocks[at];
    if (block === undefined || block.first > last) break;
    const entries = await context.cache.entries(segment.name, block, () =>
      readEntries(file, block.place, index),
    );
    if (isFault(entries) || entries[0]?.sequence !== block.first) {
      index = await context.indexes.verified(file, segment);
      at = blockAfter(index.blocks, reached) - 1;
      continue;
    }
    declareUpTo(context, index, { after: reached, before: block.first });
    takeFrom(entries, Math.max(0, reached + 1 - block.first), into);
    reached = Math.max(reached, into.entries.at(-1)?.sequence ?? 0);
    if (into.isFull) return reached;
  }
  declareUpTo(context, index, { after: reached, before: last + 1 });
  return last;
}

function declareUpTo(
  context: Context,
  index: SegmentIndex,
  { after, before }: { readonly after: number; readonly before: number },
): void {
  if (index.losses.length === 0) return;
  context.declare(index.losses.filter((loss) => loss.to > after && loss.from < before));
}

/** Entries in front of a segment that were not released and are in no file. */
function lostBefore(list: SegmentList, segment: Segment, after: number): readonly Damage[] {
  const from = Math.max(after, list.bounds.current.releasedTo) + 1;
  const to = segment.first - 1;
  if (from > to) return [];
  const cause = "the segments before it are missing";
  return [{ from, to, count: to - from + 1, segment: segment.name, cause }];
}
