/** What stands around a list and is longer is not looked at, and kept. */
const ENVELOPE_BYTES_MAX = 1024 * 1024;

/** A part of a document: up to the bracket that opens its list of items, or from the one that closes it, or between two lists. */
export interface EnvelopePart {
  readonly bytes: Uint8Array;
  readonly isBehindList: boolean;
  readonly isBeforeList: boolean;
}

/**
 * Whether the part is sound JSON, and so holds nothing but what belongs to the list. Where it is not, a bracket is missing or too
 * much, and records may stand in it.
 */
export function isEnvelope({ bytes, isBehindList, isBeforeList }: EnvelopePart): boolean {
  if (bytes.length > ENVELOPE_BYTES_MAX) return false;
  try {
    JSON.parse(
      (isBehindList ? '{"":[' : "") + Buffer.from(bytes).toString() + (isBeforeList ? "]}" : ""),
    );
    return true;
  } catch {
    return false;
  }
}
