import type { RecordingBytes } from "./bytes.ts";
import { createInflater, type Inflated, type Inflater } from "./inflate.ts";
import type { RecordingLimits } from "./limits.ts";
import type { Part } from "./part.ts";

/** The inflated bytes of a part's body, piece by piece, and at last why there are no more. */
export type BodyPiece =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** The body is whole: nothing follows the compressed data but zeros. */
  | { readonly kind: "end" }
  /** The recording ends before the body does. */
  | { readonly kind: "cut" }
  | { readonly kind: "broken"; readonly why: string };

/** Ever smaller steps around a fault: what zlib has inflated in the step that fails is lost, and a step of one byte loses nothing. */
const FINER_STEPS = [64, 1];

/**
 * Inflates the body of a part. All that the data gives before a fault comes out: where a step fails, the body is inflated again up to
 * it, and then in finer steps.
 */
export async function* inflatePart(
  recording: RecordingBytes,
  part: Part,
  limits: RecordingLimits,
): AsyncGenerator<BodyPiece> {
  let given = 0;
  let safeTo = part.bodyOffset;
  let stepBytes = limits.chunkBytes;
  for (const finer of [...FINER_STEPS, 0]) {
    let passed = 0;
    for await (const piece of inflateOnce(recording, part, { safeTo, stepBytes, limits })) {
      if (piece.kind === "failed") {
        safeTo = piece.at;
        if (finer === 0) yield { kind: "broken", why: piece.why };
        continue;
      }
      if (piece.kind !== "bytes") {
        yield piece;
        return;
      }
      const fresh = piece.bytes.subarray(Math.max(0, given - passed));
      passed += piece.bytes.length;
      if (fresh.length === 0) continue;
      given = passed;
      yield { kind: "bytes", bytes: fresh };
    }
    stepBytes = finer;
  }
}

interface Steps {
  /** Up to here the data is known to inflate. */
  readonly safeTo: number;
  /** From there on. */
  readonly stepBytes: number;
  readonly limits: RecordingLimits;
}

type Attempt = BodyPiece | { readonly kind: "failed"; readonly at: number; readonly why: string };

async function* inflateOnce(
  recording: RecordingBytes,
  part: Part,
  { safeTo, stepBytes, limits }: Steps,
): AsyncGenerator<Attempt> {
  const end = Math.min(part.bodyEnd, recording.sizeBytes);
  const inflater = createInflater();
  try {
    let at = part.bodyOffset;
    while (at < end) {
      const next = Math.min(
        end,
        at < safeTo ? Math.min(safeTo, at + limits.chunkBytes) : at + stepBytes,
      );
      const input = await recording.read(at, next - at);
      if (input.length === 0) break;
      const { output, state, why } = await inflater.push(input);
      for (const bytes of output) yield { kind: "bytes", bytes };
      if (state === "broken") {
        yield { kind: "failed", at, why };
        return;
      }
      at += input.length;
      const dataEnd = part.bodyOffset + inflater.consumedBytes;
      if (state === "over" || dataEnd < at) {
        yield await endOf(recording, dataEnd, part);
        return;
      }
    }
    yield await finish(inflater, { at, part });
  } finally {
    inflater.close();
  }
}

/** The compressed data has ended before its part: an old version counted padding as part of the body. */
async function endOf(recording: RecordingBytes, dataEnd: number, part: Part): Promise<Attempt> {
  const chunk = 64 * 1024;
  const end = Math.min(part.bodyEnd, recording.sizeBytes);
  for (let at = dataEnd; at < end; at += chunk) {
    const rest = await recording.read(at, Math.min(chunk, end - at));
    const index = rest.findIndex((byte) => byte !== 0);
    if (index >= 0)
      return {
        kind: "broken",
        why: `its compressed data ends at byte ${dataEnd - part.bodyOffset}, and other bytes follow`,
      };
  }
  return end < part.bodyEnd ? { kind: "cut" } : { kind: "end" };
}

async function finish(
  inflater: Inflater,
  { at, part }: { readonly at: number; readonly part: Part },
): Promise<Attempt> {
  if (at < part.bodyEnd) return { kind: "cut" };
  const { state, why }: Inflated = await inflater.finish();
  return state === "over" ? { kind: "end" } : { kind: "broken", why };
}
