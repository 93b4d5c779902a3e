import type { DiskFile } from "../ports/disk.ts";
import { readBlock } from "./container-walk.ts";
import type { BlockPlace } from "./container-walk.ts";
import { isFault } from "./container.ts";
import type { Codec } from "./codec.ts";

/** The least that a disk writes at once. */
const SECTOR_BYTES = 512;

/**
 * Whether the last block of a file is one that a power loss ended before its fsync: its marker reached the disk and some of its sectors did
 * not, which then read as zeros, as everything does that a file was grown by and never written. A block that was acknowledged was synced as
 * a whole, and no compressed data has a whole sector of zeros: one that is wrong in another way is damage, for the readers to declare.
 */
export async function isUnwritten(
  file: DiskFile,
  place: BlockPlace,
  codec: Codec,
): Promise<boolean> {
  if (!isFault(await readBlock(file, place, codec))) return false;
  const bytes = await file.read(place.offsetBytes, place.endBytes - place.offsetBytes);
  const sectors = sectorsOf(bytes, place.offsetBytes);
  return sectors.some((sector) => sector.byteLength === SECTOR_BYTES && isZero(sector));
}

/** The same of a file that is nothing but its header, of which a part may be missing: with any zeros where a sector begins, it was never synced. */
export function isUnwrittenHeader(bytes: Uint8Array): boolean {
  return sectorsOf(bytes, 0).some(isZero);
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
