import { containerHeader, frameBlock, newSyncMarker } from "../../avro/container.ts";
import { JOURNAL_ENTRY_SCHEMA, entryDecoder } from "../../avro/journal-entry.ts";
import type { DiskFile } from "../../ports/disk.ts";
import type { WroteBlock } from "./indexes.ts";
import type { Settings } from "./options.ts";
import { newSegment } from "./segment.ts";
import type { Segment } from "./segment.ts";
import type { SegmentList } from "./segment-list.ts";

/** A batch, compressed. */
export interface Block {
  readonly first: number;
  readonly last: number;
  readonly data: Uint8Array;
}

/** Writes blocks to the open segment and begins the next one when that is full. */
export interface SegmentWriter {
  /** Bytes that the journal grows by with a block of so many: where it goes to a new segment, the header of that comes with it. */
  growthBytes(dataBytes: number): number;
  /**
   * Writes the block behind the last one; not durable yet. After a rejection nothing of it counts: `cutBack`, then the same block
   * may come again.
   */
  write(block: Block): Promise<void>;
  /** Takes the file back to its durable length. */
  cutBack(): Promise<void>;
  /** Makes what `write` wrote durable. */
  sync(): Promise<void>;
  /** Notes what was made durable. A rejection with ENOSPC may be answered by calling it again. */
  note(block: Block): Promise<void>;
  /** Begins no new segment: the next `write` does. */
  seal(): Promise<void>;
}

interface OpenSegment {
  readonly segment: Segment;
  readonly file: DiskFile;
  readonly sync: Uint8Array;
  /** Whether its name is durable, with at least one block. */
  isNamed: boolean;
  /** Where the next block goes: the durable size, and the header of a new file. */
  writtenBytes: number;
  /** End of the block that is written and not durable yet. */
  endBytes: number;
}

export const BEGUN_AT_KEY = "chaperone.begun-at";
const CODEC = "zstandard";

export function createSegmentWriter(
  settings: Settings,
  segments: SegmentList,
  wrote: WroteBlock,
): SegmentWriter {
  const { disk, folder, clock } = settings;
  const headerBytes = headerOf(clock.now(), newSyncMarker()).byteLength;
  const head = { codec: CODEC, decoder: entryDecoder(JOURNAL_ENTRY_SCHEMA) } as const;
  let open: OpenSegment | null = null;

  async function begin(first: number): Promise<OpenSegment> {
    const segment = newSegment(folder, first);
    segment.begunAt = clock.now();
    const sync = newSyncMarker();
    const header = headerOf(segment.begunAt, sync);
    // `write` empties what a crash or a full disk left under this name: a segment without a durable block.
    const file = await disk.open(segment.path, "write");
    const begun = { segment, file, sync, isNamed: false, endBytes: 0 };
    try {
      await file.write(header, 0);
      return { ...begun, writtenBytes: header.byteLength };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async function seal(): Promise<void> {
    if (open === null) return;
    const sealed = open;
    open = null;
    await sealed.file.close();
  }

  /** Whether a block of so many bytes fits into the segment that is open. */
  function hasRoom(dataBytes: number): boolean {
    return open === null || open.writtenBytes + dataBytes <= settings.segmentBytesMax;
  }

  return {
    seal,
    growthBytes: (dataBytes) =>
      open?.isNamed === true && hasRoom(dataBytes) ? dataBytes : headerBytes + dataBytes,
    write: async (block) => {
      const count = block.last - block.first + 1;
      const sizeBytes = block.data.byteLength;
      if (open?.isNamed === true && !hasRoom(sizeBytes)) await seal();
      open ??= await begin(block.first);
      const bytes = frameBlock({ count, data: block.data, sync: open.sync });
      await open.file.write(bytes, open.writtenBytes);
      open.endBytes = open.writtenBytes + bytes.byteLength;
    },
    cutBack: async () => {
      if (open === null) return;
      const { file, isNamed, writtenBytes } = open;
      await file.truncate(isNamed ? writtenBytes : 0);
      // Durable before the same bytes are written again: of two attempts that are mixed on the disk, a start could not tell that they are one.
      await file.sync();
      if (isNamed) return;
      open = null;
      await file.close();
    },
    sync: async () => {
      if (open === null) throw new Error("Cannot sync a journal: no segment is open");
      await open.file.sync();
      if (!open.isNamed) await disk.syncFolder(folder);
    },
    note: async (block) => {
      if (open === null) throw new Error("Cannot note a block: no segment is open");
      const { segment } = open;
      if (!open.isNamed) {
        // From here on the segment may not be empty: recovery relies on it.
        await segments.bounds.change({ newestFirst: segment.first });
        open.isNamed = true;
        segments.add(segment);
      }
      const place = blockPlace(block, open);
      open.writtenBytes = open.endBytes;
      segment.sizeBytes = open.endBytes;
      segment.last = block.last;
      wrote(segment, head, { place, first: block.first });
    },
  };
}

function headerOf(begunAt: number, sync: Uint8Array): Uint8Array {
  const metadata = { [BEGUN_AT_KEY]: String(begunAt) };
  return containerHeader({ schema: JOURNAL_ENTRY_SCHEMA, codec: CODEC, sync, metadata });
}

function blockPlace(
  block: Block,
  { writtenBytes, endBytes, sync }: OpenSegment,
): Parameters<WroteBlock>[2]["place"] {
  const dataBytes = block.data.byteLength;
  return {
    count: block.last - block.first + 1,
    offsetBytes: writtenBytes,
    dataOffsetBytes: endBytes - sync.byteLength - dataBytes,
    dataBytes,
    endBytes,
  };
}
