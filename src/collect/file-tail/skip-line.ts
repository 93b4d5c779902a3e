import type { Hash } from "node:crypto";
import { placeAt, reach, type ReadStep, type ReadTurn } from "./read-turn.ts";
import { headOf, isFull } from "./split-lines.ts";
import type { Overlong } from "./tailed-file.ts";

/**
 * Looks on for the end of a line that is too long, one chunk at a time and without keeping any. At its end the line becomes a
 * record of its head, its length and its digest.
 */
export async function skipLine(turn: ReadTurn, overlong: Overlong): Promise<ReadStep> {
  const { file, content, rules } = turn;
  const { offset, scannedTo, before, head } = overlong;
  const knownBytes = await reach(turn, scannedTo + rules.chunkBytes);
  const length = Math.min(rules.chunkBytes, knownBytes - scannedTo);
  const first = scannedTo - before.length;
  const bytes = await content.read(first, before.length + length);
  if (!bytes.subarray(0, before.length).equals(before)) return "replaced";
  if (bytes.length < before.length + length) return "more";
  const end = bytes.indexOf(10, before.length);
  if (end === -1) {
    const { before: tail } = placeAt(bytes, first, { end: bytes.length, lines: 0 });
    overlong.digest.update(bytes.subarray(before.length));
    file.overlong = { ...overlong, scannedTo: scannedTo + length, before: tail };
    turn.skippedBytes += length;
    if (scannedTo + length >= knownBytes) return "end";
    return turn.skippedBytes >= rules.skipBytesMax ? "more" : "again";
  }
  const sha256 = digestSoFar(overlong.digest.update(bytes.subarray(before.length, end)));
  const lengthBytes = first + end - offset;
  turn.records.push(headOf(head, offset, { ...rules, lengthBytes, sha256 }));
  turn.sizeBytes += head.length;
  turn.place = placeAt(bytes, first, { end: end + 1, lines: turn.place.lines + 1 });
  file.overlong = null;
  turn.wantBytes = rules.chunkBytes;
  return isFull(turn, rules) ? "more" : "again";
}

/** The digest of what was seen until now; more may follow. */
export function digestSoFar(digest: Hash): string {
  return digest.copy().digest("hex");
}
