import { isFault } from "../../avro/container.ts";
import type { ContainerFault, ContainerHeader } from "../../avro/container.ts";
import type { Codec } from "../../avro/codec.ts";
import { headerOf, readBlock, walkBlocks } from "../../avro/container-walk.ts";
import type { BlockPlace } from "../../avro/container-walk.ts";
import { entryDecoder } from "../../avro/journal-entry.ts";
import type { EntryDecoder } from "../../avro/journal-entry.ts";
import { describeError } from "../../model/error.ts";
import type { DiskFile } from "../../ports/disk.ts";
import { decodeBlock, lastOf } from "./block.ts";
import type { IndexedBlock } from "./block.ts";
import type { LocalEntry } from "./entry.ts";
import type { Damage } from "./options.ts";
import type { Segment } from "./segment.ts";

/** Where the entries of a segment are, and which are lost. */
export interface SegmentIndex {
  readonly codec: Codec;
  readonly decoder: EntryDecoder;
  /** Ascending. */
  readonly blocks: readonly IndexedBlock[];
  readonly losses: readonly Damage[];
}

type Expected = Pick<Segment, "name" | "first" | "last" | "sizeBytes">;

/**
 * The index of a segment that must hold the entries `first` to `last`. Reads only the heads of the blocks, and takes their counts
 * at their word as long as they add up; where they do not, every block is read.
 */
export async function indexSegment(file: DiskFile, segment: Expected): Promise<SegmentIndex> {
  const opened = await openSegment(file);
  if (isFault(opened)) return lostWhole(segment, `the file ${opened.cause}`);
  const blocks: IndexedBlock[] = [];
  let next = segment.first;
  for await (const place of walk(file, segment, opened.header)) {
    if (isFault(place)) return verifySegment(file, segment);
    blocks.push({ place, first: next });
    next += place.count;
  }
  if (next !== segment.last + 1) return verifySegment(file, segment);
  return { codec: opened.header.codec, decoder: opened.decoder, blocks, losses: [] };
}

/** The index of a segment that has something wrong with it: every block is read, and the gaps between the sound ones are the losses, exactly. */
export async function verifySegment(file: DiskFile, segment: Expected): Promise<SegmentIndex> {
  const opened = await openSegment(file);
  if (isFault(opened)) return lostWhole(segment, `the file ${opened.cause}`);
  const { header, decoder } = opened;
  const blocks: IndexedBlock[] = [];
  const losses: Damage[] = [];
  let next = segment.first;
  let cause = "entries are missing";
  for await (const place of walk(file, segment, header)) {
    const entries = isFault(place) ? place : await readEntries(file, place, { ...header, decoder });
    const first = isFault(entries) ? undefined : entries[0]?.sequence;
    if (isFault(entries)) cause = `${entries.cause}, at byte ${entries.offsetBytes}`;
    if (first === undefined || isFault(place) || first < next) continue;
    if (first > next) losses.push(damage(segment, { from: next, to: first - 1, cause }));
    blocks.push({ place, first });
    next = first + place.count;
    cause = "entries are missing";
  }
  if (next <= segment.last) losses.push(damage(segment, { from: next, to: segment.last, cause }));
  return { codec: header.codec, decoder, blocks, losses };
}

/** The entries of one block, or what is wrong with it. */
export async function readEntries(
  file: DiskFile,
  place: BlockPlace,
  { codec, decoder }: { readonly codec: Codec; readonly decoder: EntryDecoder },
): Promise<readonly LocalEntry[] | ContainerFault> {
  const payload = await readBlock(file, place, codec);
  if (isFault(payload)) return payload;
  try {
    return decodeBlock(payload, place.count, decoder);
  } catch (error) {
    const cause = `a block does not hold its ${place.count} entries: ${describeError(error)}`;
    return { kind: "damaged", offsetBytes: place.offsetBytes, cause };
  }
}

export async function openSegment(
  file: DiskFile,
): Promise<{ readonly header: ContainerHeader; readonly decoder: EntryDecoder } | ContainerFault> {
  const header = await headerOf(file);
  if (isFault(header)) return header;
  try {
    return { header, decoder: entryDecoder(header.schema) };
  } catch (error) {
    return { kind: "damaged", offsetBytes: 0, cause: `has a bad schema: ${describeError(error)}` };
  }
}

/** Index of the first block that holds an entry after this one; the number of blocks where there is none. */
export function blockAfter(blocks: readonly IndexedBlock[], after: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    if (block !== undefined && lastOf(block) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

function walk(
  file: DiskFile,
  segment: Expected,
  header: ContainerHeader,
): AsyncGenerator<BlockPlace | ContainerFault, void> {
  const range = { fromBytes: header.headerBytes, untilBytes: segment.sizeBytes };
  return walkBlocks(file, header.sync, range);
}

function lostWhole(segment: Expected, cause: string): SegmentIndex {
  const all = { from: segment.first, to: segment.last, cause };
  const losses = segment.last < segment.first ? [] : [damage(segment, all)];
  return { codec: "null", decoder: noDecoder, blocks: [], losses };
}

function damage(
  segment: Expected,
  loss: { readonly from: number; readonly to: number; readonly cause: string },
): Damage {
  return { ...loss, count: loss.to - loss.from + 1, segment: segment.name };
}

/** Of a segment without blocks: nothing is ever decoded. */
const noDecoder: EntryDecoder = {
  head: noEntries,
  event: noEntries,
  isCurrent: true,
};

function noEntries(): never {
  throw new RangeError("Cannot decode an entry: the segment has no header");
}
