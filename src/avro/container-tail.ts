import type { DiskFile } from "../ports/disk.ts";
import { readBlock, walkBlocks } from "./container-walk.ts";
import type { BlockPlace } from "./container-walk.ts";
import { isFault } from "./container.ts";
import type { ContainerFault, ContainerHeader } from "./container.ts";

/** How a container file ends that its writer left without a word. */
export interface ContainerTail {
  /** The blocks that count, damaged ones in front of the last included. */
  readonly blocks: readonly BlockPlace[];
  /** Where the last one ends; what follows is the rest of a write that was under way, and no record of it was ever acknowledged. */
  readonly endBytes: number;
  /** Where that begins which the last run may have left undurable: the last block, and the header with the first one. */
  readonly lastBytes: number;
  /** What follows is no such rest: its bytes are all there and wrong. It may hold acknowledged records. */
  readonly damage: ContainerFault | null;
}

/** The least that a disk writes at once. */
const SECTOR_BYTES = 512;

/**
 * Looks for the end of a file whose writer begins a block only when the one before is synced. A power loss leaves any of the sectors of the
 * last one, and zeros for the others; a process that ends leaves its front. A block that was synced as a whole has no such sign: when it is
 * wrong, that is damage.
 */
export async function containerTail(
  file: DiskFile,
  header: ContainerHeader,
): Promise<ContainerTail> {
  const fileBytes = await file.sizeBytes();
  const blocks: BlockPlace[] = [];
  let fault: ContainerFault | null = null;
  const range = { fromBytes: header.headerBytes, untilBytes: fileBytes };
  for await (const place of walkBlocks(file, header.sync, range)) {
    if (isFault(place)) fault ??= place;
    else {
      blocks.push(place);
      fault = null;
    }
  }
  const last = blocks.at(-1);
  if (last !== undefined && (await isUnwritten(file, last, header))) {
    blocks.pop();
    fault = null;
  }
  const endBytes = blocks.at(-1)?.endBytes ?? header.headerBytes;
  const lastBytes = blocks.length > 1 ? (blocks.at(-1)?.offsetBytes ?? 0) : 0;
  const rest = fault === null ? null : await file.read(endBytes, fileBytes - endBytes);
  const isDamage =
    rest !== null && fault !== null && !isUnfinished(rest, endBytes, { header, fault });
  return { blocks, endBytes, lastBytes, damage: isDamage ? fault : null };
}

/** Whether a file that is nothing but its header, of which a part may be missing, was never synced. */
export function isUnwrittenHeader(bytes: Uint8Array): boolean {
  return sectorsOf(bytes, 0).some(isZero);
}

/** Whether sectors of a block never reached the disk although its marker did: no compressed data has a whole one of zeros. */
async function isUnwritten(
  file: DiskFile,
  place: BlockPlace,
  { codec }: ContainerHeader,
): Promise<boolean> {
  if (!isFault(await readBlock(file, place, codec))) return false;
  const bytes = await file.read(place.offsetBytes, place.endBytes - place.offsetBytes);
  const sectors = sectorsOf(bytes, place.offsetBytes);
  return sectors.some((sector) => sector.byteLength === SECTOR_BYTES && isZero(sector));
}

/** Whether bytes behind the last block are the rest of a write: its front alone, or with sectors that are missing. */
function isUnfinished(
  rest: Uint8Array,
  offsetBytes: number,
  { header, fault }: { readonly header: ContainerHeader; readonly fault: ContainerFault },
): boolean {
  const end = Buffer.from(rest.subarray(-header.sync.byteLength));
  const isFront = fault.kind === "torn" && !end.equals(header.sync);
  return isFront || sectorsOf(rest, offsetBytes).some(isZero);
}

/** The sectors that bytes at an offset lie in, the first and the last one perhaps in part. */
function sectorsOf(bytes: Uint8Array, offsetBytes: number): readonly Uint8Array[] {
  const sectors: Uint8Array[] = [];
  for (let from = 0; from < bytes.byteLength;) {
    const to = from + SECTOR_BYTES - ((offsetBytes + from) % SECTOR_BYTES);
    sectors.push(bytes.subarray(from, to));
    from = to;
  }
  return sectors;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
