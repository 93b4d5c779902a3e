import type { RawRecord } from "../../model/record.ts";
import { GUARD_BYTES_MAX } from "./checkpoint.ts";
import type { Content, Look } from "./content.ts";
import type { LineRules } from "./split-lines.ts";
import type { Place, TailedFile } from "./tailed-file.ts";

export interface ReadRules extends LineRules {
  readonly chunkBytes: number;
  /** Bytes of one over-long line that are looked through before others get their turn. */
  readonly skipBytesMax: number;
}

/** What a turn of reading brought. `replaced`: the content is not the one that was read before. */
export interface BatchRead {
  readonly records: readonly RawRecord[];
  readonly sizeBytes: number;
  readonly nulBytes: number;
  readonly end: Place;
  /** End of an unfinished line among the records, 0 for none. */
  readonly flushedTo: number;
  readonly ending: "more" | "end" | "replaced";
}

/** What a step of reading changes. */
export interface ReadTurn {
  readonly file: TailedFile;
  readonly content: Content;
  readonly rules: ReadRules;
  readonly look: Look;
  /** How far the content is known to go. */
  knownBytes: number;
  readonly records: RawRecord[];
  sizeBytes: number;
  nulBytes: number;
  place: Place;
  wantBytes: number;
  skippedBytes: number;
}

/** How far the content goes, as far as it matters for a read up to `to`. */
export async function reach(turn: ReadTurn, to: number): Promise<number> {
  turn.knownBytes = await turn.content.reach(to);
  return turn.knownBytes;
}

export type ReadStep = "again" | BatchRead["ending"];

/** The place at `end` of bytes that begin at `first`. Its evidence is a copy: a view would keep the whole read in memory. */
export function placeAt(
  bytes: Buffer,
  first: number,
  at: { readonly end: number; readonly lines: number },
): Place {
  const before = Buffer.from(bytes.subarray(Math.max(0, at.end - GUARD_BYTES_MAX), at.end));
  return { offset: first + at.end, lines: at.lines, before };
}
