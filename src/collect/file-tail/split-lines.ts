import { hash } from "node:crypto";
import type { RawRecord } from "../../model/record.ts";
import type { Micros } from "../../model/time.ts";

export interface LineRules {
  /** Name of the file in positions. */
  readonly part: string;
  readonly observedAt: Micros;
  readonly lineBytesMax: number;
  /** Bytes that are kept of a longer line; at most `lineBytesMax`. */
  readonly headBytes: number;
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
  /** Lines that begin here or later are left. */
  readonly stopAt: number;
}

/** Records that wait to be handed in together. */
export interface RecordDraft {
  readonly records: RawRecord[];
  sizeBytes: number;
  /** NUL bytes at the beginning of lines, which are left out. */
  nulBytes: number;
}

export interface Stretch {
  readonly bytes: Buffer;
  /** Offset of `bytes` in the file. */
  readonly offset: number;
  /** Where the first line begins in `bytes`. */
  readonly start: number;
}

/**
 * Takes the whole lines of a stretch into the draft until that is full, and returns where the first line begins that was not
 * taken. A record is what stands before the line feed, byte for byte: a carriage return stays, an empty line is an empty record.
 * Only NULs at a line's beginning are left out, however many: a file that was truncated under a writer with a position of its own
 * begins with a hole as large as it once was. Nothing is copied but the heads of lines that are too long.
 */
export function splitLines(stretch: Stretch, rules: LineRules, draft: RecordDraft): number {
  const { bytes, offset } = stretch;
  let start = stretch.start;
  while (!isFull(draft, rules) && offset + start < rules.stopAt) {
    if (bytes[start] === 0) {
      const from = start;
      while (bytes[start] === 0) start++;
      draft.nulBytes += start - from;
    }
    const end = bytes.indexOf(10, start);
    if (end === -1) break;
    draft.records.push(recordOf(bytes.subarray(start, end), offset + start, rules));
    draft.sizeBytes += Math.min(end - start, rules.lineBytesMax);
    start = end + 1;
  }
  return start;
}

export function isFull(draft: RecordDraft, rules: LineRules): boolean {
  return draft.records.length >= rules.batchRecordsMax || draft.sizeBytes >= rules.batchBytesMax;
}

function recordOf(line: Buffer, offset: number, rules: LineRules): RawRecord {
  if (line.length > rules.lineBytesMax)
    return headOf(line.subarray(0, rules.headBytes), offset, {
      ...rules,
      lengthBytes: line.length,
      sha256: hash("sha256", line, "hex"),
    });
  return {
    bytes: line,
    position: `${rules.part}:${offset}`,
    observedAt: rules.observedAt,
    truncatedFromBytes: null,
    lineEnd: "found",
  };
}

/** Where a record belongs, and what it is the head of. */
export interface HeadOf {
  readonly part: string;
  readonly observedAt: Micros;
  readonly lengthBytes: number;
  /** Of the whole line. */
  readonly sha256: string;
}

/** The record of a line that is too long: its head alone, with memory of its own, its length and its digest. */
export function headOf(head: Uint8Array, offset: number, of: HeadOf): RawRecord {
  return {
    bytes: Buffer.from(head),
    position: `${of.part}:${offset}`,
    observedAt: of.observedAt,
    truncatedFromBytes: of.lengthBytes,
    wholeSha256: of.sha256,
  };
}
