import { join } from "node:path";
import { isFault } from "../../avro/container.ts";
import type { ContainerFault } from "../../avro/container.ts";
import { containerTail } from "../../avro/container-tail.ts";
import type { ContainerTail } from "../../avro/container-tail.ts";
import type { BlockPlace } from "../../avro/container-walk.ts";
import { writeAgain } from "../../avro/write-again.ts";
import type { ChaperoneError } from "../../model/error.ts";
import type { DiskFile } from "../../ports/disk.ts";
import { createBoundsFile, damaged, loadBounds } from "./bounds.ts";
import type { BoundsFile } from "./bounds.ts";
import { hasNoRoom } from "./full.ts";
import type { Settings } from "./options.ts";
import { newSegment, segmentsAmong } from "./segment.ts";
import type { Segment } from "./segment.ts";
import { openSegment, readEntries } from "./segment-index.ts";
import { createSegmentList } from "./segment-list.ts";
import type { SegmentList } from "./segment-list.ts";

/**
 * What an earlier run left. Sealed segments are taken by their names and sizes and verified when they are read. Only the last one can be
 * unfinished: it is cut behind its last whole block and sealed. Fails closed (JOURNAL_DAMAGED) where the folder's bounds do not fit.
 */
export async function recover(settings: Settings): Promise<SegmentList> {
  const { disk, folder } = settings;
  await disk.makeFolder(folder);
  const firsts = segmentsAmong(await disk.list(folder));
  const bounds = createBoundsFile(disk, folder, await loadBounds(disk, folder, firsts));
  const segments: Segment[] = [];
  for (const [index, first] of firsts.entries()) {
    const next = firsts[index + 1];
    const segment = newSegment(folder, first);
    if (next === undefined) {
      const isNoted = first <= bounds.current.newestFirst;
      if (!(await recoverLast(settings, segment, !isNoted))) continue;
      if (!isNoted) await noteNewest(settings, bounds, first);
    } else {
      segment.last = next - 1;
      segment.sizeBytes = await disk.sizeBytes(join(folder, segment.name));
    }
    segments.push(segment);
  }
  const end = Math.max(bounds.current.releasedTo, (firsts.at(-1) ?? 1) - 1);
  return createSegmentList(bounds, segments, end);
}

/** The last run ended between the first block of a segment and its note: its name may not be durable yet, and nobody would miss it. */
async function noteNewest(
  { disk, folder }: Settings,
  bounds: BoundsFile,
  newestFirst: number,
): Promise<void> {
  await disk.syncFolder(folder);
  await bounds.change({ newestFirst }).catch((error: unknown) => {
    // No reason not to start: the next note says it.
    if (!hasNoRoom(error)) throw error;
  });
}

/** False for a segment that was begun and got no durable block: its name is free for the next one. */
async function recoverLast(
  settings: Settings,
  segment: Segment,
  isEmptyAllowed: boolean,
): Promise<boolean> {
  const file = await settings.disk.open(segment.path, "update");
  try {
    const fileBytes = await file.sizeBytes();
    const tail = await findTail(file, segment.first);
    segment.last = tail.last;
    segment.sizeBytes = tail.endBytes;
    if (tail.last < segment.first && isEmptyAllowed) {
      await emptyDurably(file, fileBytes);
      return false;
    }
    if (tail.last < segment.first)
      throw damaged(
        settings.folder,
        `no block of its newest segment "${segment.name}" is readable`,
      );
    if (tail.damage !== null && !isEmptyAllowed)
      throw damagedTail(settings.folder, segment, tail.damage);
    if (tail.endBytes < fileBytes) {
      settings.log.warn(
        { segment: segment.name, cutBytes: fileBytes - tail.endBytes },
        "Cut off the rest of a commit that was under way when the last run ended",
      );
      await file.truncate(tail.endBytes);
    }
    // The last run may have ended between its write and its fsync: what we serve from now on must stay.
    await writeAgain(file, { fromBytes: tail.lastBytes, untilBytes: tail.endBytes });
    return true;
  } finally {
    await file.close();
  }
}

/**
 * Another first block comes to the same place. Of two that are mixed by the next power loss, a start could not tell that both were under
 * way: it would declare a loss that is none.
 */
async function emptyDurably(file: DiskFile, fileBytes: number): Promise<void> {
  if (fileBytes === 0) return;
  await file.truncate(0);
  await file.sync();
}

interface Tail extends Pick<ContainerTail, "endBytes" | "lastBytes" | "damage"> {
  /** Sequence of the last entry; one less than the segment's first where there is none. */
  readonly last: number;
}

/**
 * Only the last block may be unfinished; everything in front of a whole block was durable, and what is wrong there is damage for the
 * readers to declare. The heads are walked and the last block is read.
 */
async function findTail(file: DiskFile, first: number): Promise<Tail> {
  const opened = await openSegment(file);
  // A header is written with the first block: without it there is none.
  if (isFault(opened)) return { last: first - 1, lastBytes: 0, endBytes: 0, damage: null };
  const { header, decoder } = opened;
  const tail = await containerTail(file, header);
  const counted = tail.blocks.reduce((sum, place) => sum + place.count, first - 1);
  const last = await lastSequence(file, tail.blocks, { codec: header.codec, decoder, counted });
  return { ...tail, last };
}

/** Nobody knows how many entries the tail had, so that the loss cannot be declared with its number. */
function damagedTail(folder: string, { name }: Segment, fault: ContainerFault): ChaperoneError {
  const place = `the end of its newest segment "${name}" is wrong from byte ${fault.offsetBytes} on`;
  return damaged(folder, `${place}: ${fault.cause}`);
}

/**
 * The last block says its sequences itself. Where it cannot be read, those before it do, and the counts of the heads for the rest: these
 * sequences may have been given out, so that they are never given out again.
 */
async function lastSequence(
  file: DiskFile,
  blocks: readonly BlockPlace[],
  options: Parameters<typeof readEntries>[2] & { readonly counted: number },
): Promise<number> {
  let behind = 0;
  for (const place of blocks.toReversed()) {
    const entries = await readEntries(file, place, options);
    const last = isFault(entries) ? undefined : entries.at(-1)?.sequence;
    if (last !== undefined) return last + behind;
    behind += place.count;
  }
  return options.counted;
}
