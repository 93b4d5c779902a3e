import { isFault, type ContainerHeader } from "../../avro/container.ts";
import { walkBlocks, type BlockPlace } from "../../avro/container-walk.ts";
import type { EntryDecoder } from "../../avro/journal-entry.ts";
import { systemCode } from "../../model/error.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { Micros } from "../../model/time.ts";
import type { Disk, DiskFile } from "../../ports/disk.ts";
import { begunAtIn } from "./retention.ts";
import { newSegment, segmentsAmong } from "./segment.ts";
import { openSegment, readEntries } from "./segment-index.ts";

/** What a look finds: entries in their order, or sequences that cannot be had any more. */
export type Followed =
  | { readonly entries: readonly JournalEntry[] }
  | { readonly missed: { readonly from: number; readonly to: number } };

export interface FollowOptions {
  readonly disk: Disk;
  readonly folder: string;
  /** From the newest segment on that was begun by then; null: only what is yet to come. */
  readonly since: Micros | null;
  /** Resolves when it is worth looking again, or when it is over. */
  readonly wait: () => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * The entries of a journal that another process may be writing, as they come. Takes no lock, writes nothing, and has no file open
 * while its reader is at work, so that a reader that stands still keeps no removed segment on the disk: what was removed meanwhile is
 * missed, and said. An entry may be seen a moment before it is durable.
 */
export async function* followJournal(options: FollowOptions): AsyncGenerator<Followed, void> {
  const { signal, wait } = options;
  const segments = createSegments(options);
  let place = await startOf(segments, options.since);
  while (!signal.aborted) {
    place ??= placeAt((await segments.firsts())[0]);
    const look = place === null ? null : await lookFrom(segments, place);
    if (look === null) {
      await wait();
      continue;
    }
    place = look.next;
    yield look.found;
  }
}

/** The next entry to be read, and where in which segment, named by its first entry, its block is to be looked for. */
interface Place {
  readonly sequence: number;
  readonly segment: number;
  readonly offsetBytes: number;
}

function placeAt(first: number | undefined): Place | null {
  return first === undefined ? null : beginningOf(first);
}

function beginningOf(segment: number): Place {
  return { sequence: segment, segment, offsetBytes: 0 };
}

async function startOf(segments: Segments, since: Micros | null): Promise<Place | null> {
  const firsts = await segments.firsts();
  if (since === null) return endOf(segments, firsts.at(-1));
  let start = firsts[0];
  for (const first of firsts) {
    const begunAt = await segments.open(first, begunAtIn);
    if (begunAt !== null && begunAt <= since) start = first;
  }
  return placeAt(start);
}

/** Behind the last whole block. */
async function endOf(segments: Segments, segment: number | undefined): Promise<Place | null> {
  if (segment === undefined) return null;
  const end = await segments.open(segment, async (file) => {
    const opened = await segments.opened(segment, file);
    if (opened === null) return null;
    let last: BlockPlace | null = null;
    const { header } = opened;
    for await (const block of walkBlocks(file, header.sync, { fromBytes: header.headerBytes }))
      if (!isFault(block)) last = block;
    const entries = last === null ? null : await readEntries(file, last, { ...header, ...opened });
    if (last === null || entries === null || isFault(entries)) return null;
    return { sequence: (entries.at(-1)?.sequence ?? 0) + 1, segment, offsetBytes: last.endBytes };
  });
  return end ?? placeAt(segment);
}

interface Look {
  readonly found: Followed;
  readonly next: Place;
}

/** One block from a place on, or what is missing there; null where the journal ends. */
async function lookFrom(segments: Segments, place: Place): Promise<Look | null> {
  const firsts = await segments.firsts();
  const [oldest] = firsts;
  if (oldest === undefined) return null;
  const segment = firsts.findLast((first) => first <= place.sequence) ?? oldest;
  const offsetBytes = segment === place.segment ? place.offsetBytes : 0;
  const look = await blockFrom(segments, { ...place, segment, offsetBytes });
  if (look !== null) return look;
  // What is left of a sealed segment holds nothing that can be read.
  const following = firsts.find((first) => first > place.sequence);
  return following === undefined ? null : missed(place, following);
}

function missed({ sequence }: Place, to: number, next: Place = beginningOf(to)): Look {
  return { found: { missed: { from: sequence, to: to - 1 } }, next };
}

/** The first sound block with an entry at or behind the place. */
function blockFrom(segments: Segments, place: Place): Promise<Look | null> {
  const { segment } = place;
  return segments.open(segment, async (file) => {
    const opened = await segments.opened(segment, file);
    if (opened === null) return null;
    const { header } = opened;
    const fromBytes = Math.max(place.offsetBytes, header.headerBytes);
    for await (const block of walkBlocks(file, header.sync, { fromBytes })) {
      const read = isFault(block)
        ? block
        : await readEntries(file, block, { ...header, ...opened });
      if (isFault(read) || isFault(block)) continue;
      const entries = read.filter(({ sequence }) => sequence >= place.sequence);
      const [first, last] = [entries[0], entries.at(-1)];
      if (first === undefined || last === undefined) continue;
      const { sequence } = first;
      if (sequence > place.sequence)
        return missed(place, sequence, { sequence, segment, offsetBytes: block.offsetBytes });
      const next = { segment, sequence: last.sequence + 1, offsetBytes: block.endBytes };
      return { found: { entries }, next };
    }
    return null;
  });
}

interface Opened {
  readonly header: ContainerHeader;
  readonly decoder: EntryDecoder;
}

/** The segments of a folder, each open only as long as it is worked on. */
interface Segments {
  /** First sequences, ascending. */
  firsts(): Promise<readonly number[]>;
  /** Null where the segment was removed in the meantime. */
  open<T>(first: number, work: (file: DiskFile) => Promise<T | null>): Promise<T | null>;
  /** Null while its header is not whole. */
  opened(first: number, file: DiskFile): Promise<Opened | null>;
}

function createSegments({ disk, folder }: FollowOptions): Segments {
  // A header never changes, and its schema takes long to read.
  let known: { readonly first: number; readonly opened: Opened } | null = null;
  return {
    firsts: async () => segmentsAmong((await unlessGone(disk.list(folder))) ?? []),
    open: async (first, work) => {
      const file = await unlessGone(disk.open(newSegment(folder, first).path, "read"));
      if (file === null) return null;
      try {
        return await work(file);
      } finally {
        await file.close();
      }
    },
    opened: async (first, file) => {
      if (known?.first === first) return known.opened;
      const opened = await openSegment(file);
      if (isFault(opened)) return null;
      known = { first, opened };
      return opened;
    },
  };
}

async function unlessGone<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}
