import { isFault } from "../../avro/container.ts";
import type { ContainerFault } from "../../avro/container.ts";
import { readBlock, walkBlocks } from "../../avro/container-walk.ts";
import type { BlockPlace } from "../../avro/container-walk.ts";
import type { EntryDecoder } from "../../avro/journal-entry.ts";
import { describeError, systemCode } from "../../model/error.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { Micros } from "../../model/time.ts";
import type { Disk, DiskFile } from "../../ports/disk.ts";
import { decodeBlock } from "./block.ts";
import type { LocalEntry } from "./entry.ts";
import { newSegment, segmentsAmong } from "./segment.ts";
import { openSegment } from "./segment-index.ts";

/** What one segment holds, from its bytes alone: every block is read. */
export interface SegmentInspection {
  readonly file: string;
  /** The newest one may be written to; the others are sealed. */
  readonly isNewest: boolean;
  /** First and last sequence that are readable; null where nothing is. */
  readonly first: number | null;
  readonly last: number | null;
  readonly entries: number;
  readonly blocks: number;
  readonly sizeBytes: number;
  readonly decompressedBytes: number;
  /** When the first and the last readable entry were observed. */
  readonly observedFrom: Micros | null;
  readonly observedTo: Micros | null;
  /** What is damaged, by byte offset. */
  readonly faults: readonly ContainerFault[];
  /** Sequences that are missing between readable ones, and up to the next segment. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
  /** Bytes behind the last whole block of the newest segment: a commit under way, or what is left of one. */
  readonly unfinishedBytes: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Looks at every segment of a journal's folder, oldest first. Changes nothing and needs no lock: a running journal may be looked at. */
export async function* inspectJournal(
  disk: Disk,
  folder: string,
): AsyncGenerator<SegmentInspection, void> {
  for await (const { file, ...found } of openedSegments(disk, folder, () => true))
    yield await inspectSegment(file, found);
}

/** The readable entries `from` to `to`, both included, as far as a running journal does not release them meanwhile. */
export async function* inspectEntries(
  disk: Disk,
  folder: string,
  range: { readonly from: number; readonly to: number },
): AsyncGenerator<JournalEntry, void> {
  const isWanted = ({ first, next }: Found): boolean =>
    first <= range.to && (next ?? Infinity) > range.from;
  for await (const { file } of openedSegments(disk, folder, isWanted))
    for await (const block of blocksOf(file))
      if (!isFault(block)) yield* block.entries.filter(isWithin(range));
}

interface Found {
  readonly name: string;
  readonly path: string;
  readonly first: number;
  /** First sequence of the next segment; null for the newest. */
  readonly next: number | null;
}

async function segmentsIn(disk: Disk, folder: string): Promise<readonly Found[]> {
  const firsts = segmentsAmong(await disk.list(folder));
  return firsts.map((first, index) => {
    const { name, path } = newSegment(folder, first);
    return { name, path, first, next: firsts[index + 1] ?? null };
  });
}

/** Each is closed again when the next one is asked for. One that was released while we looked is left out. */
async function* openedSegments(
  disk: Disk,
  folder: string,
  isWanted: (found: Found) => boolean,
): AsyncGenerator<Found & { readonly file: DiskFile }, void> {
  for (const found of await segmentsIn(disk, folder)) {
    if (!isWanted(found)) continue;
    const file = await openWhereThere(disk, found.path);
    if (file === null) continue;
    try {
      yield { ...found, file };
    } finally {
      await file.close();
    }
  }
}

async function openWhereThere(disk: Disk, path: string): Promise<DiskFile | null> {
  try {
    return await disk.open(path, "read");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

interface ReadBlock {
  readonly place: BlockPlace;
  readonly decompressedBytes: number;
  readonly entries: readonly LocalEntry[];
}

async function* blocksOf(file: DiskFile): AsyncGenerator<ReadBlock | ContainerFault, void> {
  const opened = await openSegment(file);
  if (isFault(opened)) {
    yield opened;
    return;
  }
  const { header, decoder } = opened;
  for await (const place of walkBlocks(file, header.sync, { fromBytes: header.headerBytes })) {
    const payload = isFault(place) ? place : await readBlock(file, place, header.codec);
    yield isFault(place) || isFault(payload)
      ? (payload as ContainerFault)
      : decode(place, payload, decoder);
  }
}

function decode(
  place: BlockPlace,
  payload: Uint8Array,
  decoder: EntryDecoder,
): ReadBlock | ContainerFault {
  try {
    const entries = decodeBlock(payload, place.count, decoder);
    return { place, decompressedBytes: payload.byteLength, entries };
  } catch (error) {
    return { kind: "damaged", offsetBytes: place.offsetBytes, cause: describeError(error) };
  }
}

async function inspectSegment(file: DiskFile, found: Found): Promise<SegmentInspection> {
  const faults: ContainerFault[] = [];
  const missing: { from: number; to: number }[] = [];
  const seen: Mutable<SegmentInspection> = {
    file: found.name,
    isNewest: found.next === null,
    first: null,
    last: null,
    entries: 0,
    blocks: 0,
    sizeBytes: await file.sizeBytes(),
    decompressedBytes: 0,
    observedFrom: null,
    observedTo: null,
    faults,
    missing,
    unfinishedBytes: 0,
  };
  let expected = found.first;
  for await (const block of blocksOf(file)) {
    if (isFault(block)) {
      faults.push(block);
      continue;
    }
    const [first, last] = [block.entries[0], block.entries.at(-1)];
    if (first === undefined || last === undefined) continue;
    if (first.sequence > expected) missing.push({ from: expected, to: first.sequence - 1 });
    expected = last.sequence + 1;
    seen.first ??= first.sequence;
    seen.last = last.sequence;
    seen.observedFrom ??= first.event().observedAt;
    seen.observedTo = last.event().observedAt;
    seen.entries += block.entries.length;
    seen.blocks += 1;
    seen.decompressedBytes += block.decompressedBytes;
  }
  const next = found.next ?? expected;
  if (expected < next) missing.push({ from: expected, to: next - 1 });
  return { ...seen, ...unfinished(seen) };
}

/** The torn end of the newest segment is no damage: nobody was promised what it holds. */
function unfinished(
  seen: SegmentInspection,
): Pick<SegmentInspection, "faults" | "unfinishedBytes"> {
  const tail = seen.faults.at(-1);
  if (!seen.isNewest || tail?.kind !== "torn") return seen;
  const unfinishedBytes = seen.sizeBytes - tail.offsetBytes;
  return { faults: seen.faults.slice(0, -1), unfinishedBytes };
}

function isWithin(range: { readonly from: number; readonly to: number }) {
  return ({ sequence }: LocalEntry): boolean => sequence >= range.from && sequence <= range.to;
}
