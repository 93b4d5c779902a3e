import { asBuffer } from "../model/bytes.ts";
import { describeError } from "../model/error.ts";
import type { DiskFile } from "../ports/disk.ts";
import { BLOCK_BYTES_MAX, decompress } from "./codec.ts";
import type { Codec } from "./codec.ts";
import { HEADER_BYTES_MAX, SYNC_BYTES, isFault, readContainerHeader } from "./container.ts";
import type { ContainerFault, ContainerHeader } from "./container.ts";
import { LONG_BYTES_MAX, decodeLong } from "./long.ts";

/** Where a block stands in its file. */
export interface BlockPlace {
  /** Records in the block, as its head says. */
  readonly count: number;
  /** Offset of the block's head. */
  readonly offsetBytes: number;
  /** Offset and size of its compressed data. */
  readonly dataOffsetBytes: number;
  readonly dataBytes: number;
  /** Offset behind its sync marker, where the next block begins. */
  readonly endBytes: number;
}

const HEAD_BYTES = 2 * LONG_BYTES_MAX;
const SCAN_BYTES = 1024 * 1024;
/** What a walk reads at once: a busy hour of single records leaves tens of thousands of small blocks. */
const WINDOW_BYTES = 64 * 1024;

export async function headerOf(file: DiskFile): Promise<ContainerHeader | ContainerFault> {
  // Most headers fit into the first read; a longer one is read again as a whole.
  const first = readContainerHeader(await file.read(0, HEADER_BYTES_MAX >> 4));
  if (!isFault(first) || first.kind === "damaged") return first;
  return readContainerHeader(await file.read(0, HEADER_BYTES_MAX));
}

/** A stretch of a file. */
interface Stretch {
  readonly fromBytes: number;
  readonly untilBytes: number;
}

/**
 * Walks the blocks from an offset on; of the data of large ones nothing is read. A fault is yielded in its place, and the walk goes on
 * at the next place where a block can begin; where there is none, the fault is the last thing that is yielded: the tail of the file.
 * `untilBytes` bounds the walk (the durable length of a file that is being written); it is the file's size otherwise.
 */
export async function* walkBlocks(
  file: DiskFile,
  sync: Uint8Array,
  range: { readonly fromBytes: number; readonly untilBytes?: number },
): AsyncGenerator<BlockPlace | ContainerFault, void> {
  const untilBytes = range.untilBytes ?? (await file.sizeBytes());
  const source = { file, sync, untilBytes, read: createWindow(file, untilBytes) };
  let at = range.fromBytes;
  let head = await readHead(source, at);
  while (at < untilBytes) {
    const place = parseHead(head, at, untilBytes);
    const tail = isFault(place) ? null : await readTail(source, place);
    if (!isFault(place) && tail !== null && startsWith(tail, sync)) {
      yield place;
      at = place.endBytes;
      head = tail.subarray(SYNC_BYTES);
      continue;
    }
    yield isFault(place) ? place : withoutMarker(at);
    at = await resume(source, at, place);
    head = await readHead(source, at);
  }
}

interface WalkSource {
  readonly file: DiskFile;
  readonly sync: Uint8Array;
  readonly untilBytes: number;
  /** So many bytes from an offset on; fewer at the end of the walk. */
  readonly read: (at: number, length: number) => Promise<Uint8Array>;
}

/** Reads a window of the file at once, and nothing behind the end of the walk. */
function createWindow(file: DiskFile, untilBytes: number): WalkSource["read"] {
  let start = 0;
  let bytes: Uint8Array = new Uint8Array();
  return async (at, length) => {
    const until = Math.min(at + length, untilBytes);
    if (at < start || until > start + bytes.byteLength) {
      bytes = await file.read(at, Math.min(Math.max(length, WINDOW_BYTES), untilBytes - at));
      start = at;
    }
    return bytes.subarray(at - start, until - start);
  };
}

function readHead({ read }: WalkSource, at: number): Promise<Uint8Array> {
  return read(at, HEAD_BYTES);
}

/** A block's marker and the next one's head, in one read. */
function readTail({ read }: WalkSource, place: BlockPlace): Promise<Uint8Array> {
  return read(place.endBytes - SYNC_BYTES, SYNC_BYTES + HEAD_BYTES);
}

/**
 * Where the walk goes on after a fault: right behind the block when only its marker was damaged, which the next marker says by its being
 * that of the block which follows; else behind that marker; else at the end.
 */
async function resume(
  source: WalkSource,
  at: number,
  place: BlockPlace | ContainerFault,
): Promise<number> {
  const { file, sync, untilBytes } = source;
  const marker = await nextMarker(file, sync, { fromBytes: at, untilBytes });
  if (marker === null) return untilBytes;
  if (isFault(place)) return marker;
  const following = parseHead(await readHead(source, place.endBytes), place.endBytes, untilBytes);
  const isFollowed = !isFault(following) && following.endBytes === marker;
  return isFollowed ? place.endBytes : marker;
}

function withoutMarker(offsetBytes: number): ContainerFault {
  return { kind: "damaged", offsetBytes, cause: "a block does not end with the sync marker" };
}

/** The records of a block, decompressed; a fault where they cannot be had. Rejects only for what the disk says. */
export async function readBlock(
  file: DiskFile,
  place: BlockPlace,
  codec: Codec,
): Promise<Uint8Array | ContainerFault> {
  if (place.dataBytes > BLOCK_BYTES_MAX)
    return damagedHead(place.offsetBytes, `${place.dataBytes} bytes`);
  const data = await file.read(place.dataOffsetBytes, place.dataBytes);
  if (data.byteLength < place.dataBytes)
    return { kind: "torn", offsetBytes: place.offsetBytes, cause: "the file ends inside a block" };
  try {
    return await decompress(data, codec);
  } catch (error) {
    const cause = `a block cannot be decompressed: ${describeError(error)}`;
    return { kind: "damaged", offsetBytes: place.offsetBytes, cause };
  }
}

function parseHead(head: Uint8Array, at: number, untilBytes: number): BlockPlace | ContainerFault {
  try {
    const count = decodeLong(head, 0);
    const size = count === undefined ? undefined : decodeLong(head, count.end);
    if (count === undefined || size === undefined)
      return { kind: "torn", offsetBytes: at, cause: "the file ends inside the head of a block" };
    if (count.value < 1 || size.value < 1)
      return damagedHead(at, `${count.value} records, ${size.value} bytes`);
    const dataOffsetBytes = at + size.end;
    const endBytes = dataOffsetBytes + size.value + SYNC_BYTES;
    if (endBytes > untilBytes)
      return { kind: "torn", offsetBytes: at, cause: "the file ends inside a block" };
    return {
      count: count.value,
      offsetBytes: at,
      dataOffsetBytes,
      dataBytes: size.value,
      endBytes,
    };
  } catch (error) {
    return damagedHead(at, describeError(error));
  }
}

function damagedHead(offsetBytes: number, why: string): ContainerFault {
  return { kind: "damaged", offsetBytes, cause: `a block has an impossible head (${why})` };
}

/** Offset behind the first sync marker that begins at or after an offset; null where there is none. */
async function nextMarker(
  file: DiskFile,
  sync: Uint8Array,
  range: Stretch,
): Promise<number | null> {
  let at = range.fromBytes;
  while (at + SYNC_BYTES <= range.untilBytes) {
    const bytes = await file.read(at, Math.min(SCAN_BYTES, range.untilBytes - at));
    const found = asBuffer(bytes).indexOf(sync);
    if (found >= 0) return at + found + SYNC_BYTES;
    if (bytes.byteLength < SYNC_BYTES) return null;
    // A marker may lie across two reads.
    at += bytes.byteLength - SYNC_BYTES + 1;
  }
  return null;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.byteLength >= prefix.byteLength && prefix.every((byte, i) => bytes[i] === byte);
}
