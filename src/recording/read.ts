import { createHash } from "node:crypto";
import type { RecordingBytes } from "./bytes.ts";
import { createFrames } from "./frames.ts";
import { inflatePart } from "./inflate-part.ts";
import type { RecordingLimits } from "./limits.ts";
import { readHeader, type Part } from "./part.ts";

/** A place between two records. */
export interface RecordingPlace {
  /** Of a part's header in the file. */
  readonly partOffset: number;
  /** Bytes of the part's inflated body that lie before. */
  readonly bodyOffset: number;
}

export const RECORDING_START: RecordingPlace = Object.freeze({ partOffset: 0, bodyOffset: 0 });

/** What stands in a recording, in its order. `next` is the place after it. */
export type RecordingItem =
  | { readonly kind: "record"; readonly bytes: Uint8Array; readonly next: RecordingPlace }
  | RecordingFault;

/** A stretch of the recording that holds no records that can be read. What came before it in its part was given out. */
export interface RecordingFault {
  readonly kind: "fault";
  /** `missing`: the recording ends too early, and nobody has these bytes. */
  readonly what: "encrypted" | "damaged" | "refused" | "missing";
  readonly why: string;
  readonly offset: number;
  /** Of the stretch; of missing bytes those that there should be. */
  readonly sizeBytes: number;
  /** Of the whole stretch, hexadecimal; null for missing bytes. */
  readonly sha256: string | null;
  /** The stretch, at most `faultBytesMax` of it. */
  readonly bytes: Uint8Array;
  readonly next: RecordingPlace;
}

/**
 * Reads a recording from a place on, one record after another, in memory that its size does not change. It never throws for what is in
 * the recording: a fault of a part is an item, and the next part follows where it can be found.
 */
export async function* readRecording(
  recording: RecordingBytes,
  from: RecordingPlace,
  limits: RecordingLimits,
): AsyncGenerator<RecordingItem> {
  let place = from;
  for (;;) {
    const { partOffset } = place;
    const header = await readHeader(recording, partOffset);
    if (header.status === "end") return;
    if (header.status === "cut") {
      const end = partOffset + header.headerBytes;
      yield missing(recording, end, "it ends inside the header of a part");
      return;
    }
    if (header.status === "refused") {
      const stretch = await stretchOf(
        recording,
        { from: partOffset, to: recording.sizeBytes },
        limits,
      );
      const next = { partOffset: recording.sizeBytes, bodyOffset: 0 };
      yield { kind: "fault", what: "refused", why: header.why, ...stretch, next };
      return;
    }
    const { part } = header;
    yield* readPart(recording, part, place.bodyOffset, limits);
    if (part.end > recording.sizeBytes && part.bodyEnd <= recording.sizeBytes)
      yield missing(recording, part.end, "it ends inside the padding of a part");
    place = { partOffset: part.end, bodyOffset: 0 };
  }
}

async function* readPart(
  recording: RecordingBytes,
  part: Part,
  from: number,
  limits: RecordingLimits,
): AsyncGenerator<RecordingItem> {
  if (part.bodyEnd === part.bodyOffset) return;
  if (part.isEncrypted) {
    yield await faultOf(recording, part, { what: "encrypted", why: "it is encrypted" }, limits);
    if (part.bodyEnd > recording.sizeBytes) yield missing(recording, part.end, CUT);
    return;
  }
  const frames = createFrames(limits.recordBytesMax);
  const damaged = (why: string): Promise<RecordingFault> =>
    faultOf(recording, part, { what: "damaged", why }, limits);
  const recordsMax = recordsMaxOf(recording, part, limits);
  let inflated = 0;
  let records = 0;
  let fault: RecordingFault | null = null;
  for await (const piece of inflatePart(recording, part, limits)) {
    if (piece.kind === "bytes") {
      const room = limits.partInflatedBytesMax - inflated;
      inflated += piece.bytes.length;
      let offset = frames.offset;
      for (const bytes of frames.push(piece.bytes.subarray(0, Math.max(0, room)))) {
        if (++records > recordsMax) break;
        offset += RECORD_LENGTH_BYTES + bytes.length;
        const next = { partOffset: part.offset, bodyOffset: offset };
        if (offset > from) yield { kind: "record", bytes, next };
      }
      const why = tooMuch({ records, recordsMax }, inflated, limits) ?? frames.fault;
      if (why !== null) fault = await damaged(why);
    } else if (piece.kind === "broken") fault = await damaged(piece.why);
    else if (piece.kind === "cut") fault = missing(recording, part.end, CUT);
    if (fault !== null) break;
  }
  if (fault === null && frames.openBytes > 0)
    fault = await damaged(`its last ${frames.openBytes} inflated bytes are no whole record`);
  if (fault !== null) yield fault;
}

const RECORD_LENGTH_BYTES = 4;

function recordsMaxOf(recording: RecordingBytes, part: Part, limits: RecordingLimits): number {
  const bodyBytes = Math.min(part.bodyEnd, recording.sizeBytes) - part.bodyOffset;
  return Math.min(limits.partRecordsMax, Math.max(limits.smallPartRecordsMax, bodyBytes));
}

function tooMuch(
  { records, recordsMax }: { readonly records: number; readonly recordsMax: number },
  inflated: number,
  { partInflatedBytesMax }: RecordingLimits,
): string | null {
  if (records > recordsMax) return `it holds more than ${recordsMax} records`;
  return inflated > partInflatedBytesMax
    ? `it inflates to more than ${partInflatedBytesMax} bytes`
    : null;
}

const CUT = "it ends inside the body of a part";

/** Bytes up to `end` that the recording should have. */
function missing(recording: RecordingBytes, end: number, why: string): RecordingFault {
  return {
    kind: "fault",
    what: "missing",
    why,
    offset: recording.sizeBytes,
    sizeBytes: end - recording.sizeBytes,
    sha256: null,
    bytes: new Uint8Array(0),
    next: { partOffset: end, bodyOffset: 0 },
  };
}

async function faultOf(
  recording: RecordingBytes,
  part: Part,
  { what, why }: Pick<RecordingFault, "what" | "why">,
  limits: RecordingLimits,
): Promise<RecordingFault> {
  const to = Math.min(part.bodyEnd, recording.sizeBytes);
  const stretch = await stretchOf(recording, { from: part.offset, to }, limits);
  return { kind: "fault", what, why, ...stretch, next: { partOffset: part.end, bodyOffset: 0 } };
}

/** The head, the length and the digest of a stretch of the file. */
async function stretchOf(
  recording: RecordingBytes,
  { from, to }: { readonly from: number; readonly to: number },
  limits: RecordingLimits,
): Promise<Pick<RecordingFault, "offset" | "sizeBytes" | "sha256" | "bytes">> {
  const sizeBytes = to - from;
  const bytes = await recording.read(from, Math.min(sizeBytes, limits.faultBytesMax));
  const digest = createHash("sha256").update(bytes);
  for (let at = from + bytes.length; at < to;) {
    const more = await recording.read(at, Math.min(CHUNK_BYTES, to - at));
    if (more.length === 0) break;
    digest.update(more);
    at += more.length;
  }
  return { offset: from, sizeBytes, sha256: digest.digest("hex"), bytes };
}

const CHUNK_BYTES = 256 * 1024;
