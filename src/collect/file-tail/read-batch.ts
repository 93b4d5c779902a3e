import { createHash } from "node:crypto";
import type { PlainContent } from "./content.ts";
import type { GzipContent } from "./gzip-content.ts";
import {
  placeAt,
  reach,
  type BatchRead,
  type ReadRules,
  type ReadStep,
  type ReadTurn,
} from "./read-turn.ts";
import { digestSoFar, skipLine } from "./skip-line.ts";
import { headOf, isFull, splitLines } from "./split-lines.ts";
import { lookOf, rewind, see, type TailedFile } from "./tailed-file.ts";
import { growFingerprint } from "./verify.ts";

/**
 * Reads the file's next records, up to one batch. Every read begins with the bytes before the place that were read last time: where
 * they are others, the file was truncated or rewritten meanwhile. Long lines are read again with a larger buffer rather than put
 * together, so that a record is always a view of one read.
 */
export async function readBatch(
  file: TailedFile,
  content: PlainContent | GzipContent,
  rules: ReadRules,
): Promise<BatchRead> {
  const place = file.next;
  if (place === null) throw new TypeError(`Cannot read "${file.path}": it was not verified`);
  const look = lookOf(await content.look());
  see(file, look);
  const turn: ReadTurn = {
    file,
    content,
    rules,
    look,
    knownBytes: content.kind === "gzip" ? file.sizeSeenMax : look.sizeBytes,
    place,
    records: [],
    sizeBytes: 0,
    nulBytes: 0,
    skippedBytes: 0,
    wantBytes: rules.chunkBytes,
  };
  if (content.kind === "gzip" && content.restartIfChanged(look)) {
    rewind(file);
    return resultOf(turn, "more", 0);
  }
  const hasShrunk = content.kind === "plain" && look.sizeBytes < file.sizeSeenMax;
  if (hasShrunk || !(await growFingerprint(file, content))) return resultOf(turn, "replaced", 0);
  let step: ReadStep = "again";
  while (step === "again")
    step = file.overlong === null ? await readLines(turn) : await skipLine(turn, file.overlong);
  if (step === "end" && content.kind === "gzip" && content.restartIfChanged(look)) {
    rewind(file);
    return resultOf(turn, "more", 0);
  }
  const flushedTo = step === "end" && file.mayFlush ? await flushRest(turn, content) : 0;
  if (step === "end") file.readAs = look;
  return resultOf(turn, step, flushedTo);
}

function resultOf(turn: ReadTurn, ending: BatchRead["ending"], flushedTo: number): BatchRead {
  const { file } = turn;
  file.next = turn.place;
  if (ending !== "replaced") file.sizeSeenMax = Math.max(file.sizeSeenMax, turn.knownBytes);
  const { records, sizeBytes, nulBytes, place: end } = turn;
  return { records, sizeBytes, nulBytes, end, flushedTo, ending };
}

async function readLines(turn: ReadTurn): Promise<ReadStep> {
  const { file, content, rules } = turn;
  const { offset, before } = turn.place;
  if (offset >= rules.stopAt) return "end";
  const knownBytes = await reach(turn, offset + turn.wantBytes);
  const length = Math.min(turn.wantBytes, knownBytes - offset);
  const first = offset - before.length;
  const bytes = await content.read(first, before.length + length);
  if (!bytes.subarray(0, before.length).equals(before)) return "replaced";
  const linesBefore = turn.records.length;
  const end = splitLines({ bytes, offset: first, start: before.length }, rules, turn);
  const lines = turn.records.length - linesBefore;
  turn.place = placeAt(bytes, first, { end, lines: turn.place.lines + lines });
  if (isFull(turn, rules)) return "more";
  if (first + end >= rules.stopAt) return "end";
  // Shorter than it was a moment ago: the next turn looks again.
  if (bytes.length < before.length + length) return "more";
  if (bytes.length - end > rules.lineBytesMax) {
    const { before: tail } = placeAt(bytes, first, { end: bytes.length, lines: 0 });
    file.overlong = {
      offset: first + end,
      scannedTo: first + bytes.length,
      before: tail,
      head: Buffer.from(bytes.subarray(end, end + rules.headBytes)),
      digest: createHash("sha256").update(bytes.subarray(end)),
    };
    return "again";
  }
  if (offset + length >= knownBytes) return "end";
  const hasMoved = end > before.length;
  turn.wantBytes = hasMoved ? rules.chunkBytes : widen(turn.wantBytes, rules);
  if (lines === 0 && hasMoved) turn.skippedBytes += length;
  return turn.skippedBytes >= rules.skipBytesMax ? "more" : "again";
}

/** Never wider than what tells a line that is too long, so that such a line costs no more memory than an allowed one. */
function widen(wantBytes: number, rules: ReadRules): number {
  return Math.max(rules.chunkBytes, Math.min(wantBytes * 2, rules.lineBytesMax + 1));
}

/**
 * Hands in what is left without a line end. The place stays before it: should the rest of the line come after all, the whole
 * line is read, and nothing of it is lost. A compressed file is found whole, or damaged at this end.
 */
async function flushRest(turn: ReadTurn, content: PlainContent | GzipContent): Promise<number> {
  const { file, rules, place } = turn;
  if (content.kind === "gzip") {
    file.damage = await content.finish();
    await reach(turn, 0);
  }
  const lengthBytes = turn.knownBytes - place.offset;
  file.isFlushed = true;
  if (lengthBytes <= 0 || place.offset >= rules.stopAt) return 0;
  if (turn.knownBytes <= file.flushedTo) return 0;
  const { overlong } = file;
  if (overlong !== null) {
    const sha256 = digestSoFar(overlong.digest);
    turn.records.push(headOf(overlong.head, overlong.offset, { ...rules, lengthBytes, sha256 }));
    turn.sizeBytes += overlong.head.length;
    return turn.knownBytes;
  }
  const bytes = await content.read(place.offset, lengthBytes);
  turn.records.push({
    bytes,
    position: `${rules.part}:${place.offset}`,
    observedAt: rules.observedAt,
    truncatedFromBytes: null,
    lineEnd: "missing",
  });
  turn.sizeBytes += bytes.length;
  return turn.knownBytes;
}
