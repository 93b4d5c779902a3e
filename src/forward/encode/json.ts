import { isUtf8 } from "node:buffer";
import { asBuffer } from "../../model/bytes.ts";
import type { AuditEvent, Original } from "../../model/generated/audit-event.ts";
import { formatTime } from "../../model/time.ts";
import { escapedBytes, writeEscaped } from "./json-escape.ts";
import type { Micros } from "../../model/time.ts";

/**
 * The JSON form of an event, without a line end: one object, unions unwrapped to `{"<branch>": …}`, instants as RFC 3339 in UTC
 * with six fraction digits, absent as `null`, keys in the schema's order. Never holds a raw line end, so that it is one line.
 */
export function toJsonLine(event: AuditEvent): string {
  const { original } = event;
  return JSON.stringify({
    ...headForm(event),
    original: original === null ? null : originalForm(original),
    verdict: event.verdict,
  });
}

/** The line as bytes of UTF-8. A large original is copied once: a string of it would take its memory twice more. */
export function toJsonBytes(event: AuditEvent): Buffer {
  const { original } = event;
  if (original === null || original.bytes.byteLength < LARGE_BYTES_MIN)
    return Buffer.from(toJsonLine(event));
  const { sha256, truncatedFromBytes } = original;
  const { encoding, sizeBytes } = largeForm(original.bytes);
  const head = JSON.stringify(headForm(event)).slice(0, -1);
  const before = `${head},"original":{"encoding":"${encoding}","bytes":"`;
  const after = `","sha256":${JSON.stringify(sha256)},"truncatedFromBytes":${truncatedFromBytes}},"verdict":${JSON.stringify(event.verdict)}}`;
  const line = Buffer.allocUnsafeSlow(
    Buffer.byteLength(before) + sizeBytes + Buffer.byteLength(after),
  );
  let at = line.write(before);
  if (encoding === "utf8") at = writeEscaped(line, at, original.bytes);
  else at = writeBase64(line, at, original.bytes);
  line.write(after, at);
  return line;
}

/** From this size on an event is not copied for convenience: a string of it takes its memory twice more. */
export const LARGE_BYTES_MIN: number = 1024 * 1024;
/** Encoded at once; a multiple of three, so that nothing is padded between. */
const BASE64_BYTES = 3 * 64 * 1024;

function writeBase64(line: Buffer, position: number, bytes: Uint8Array): number {
  let at = position;
  for (let from = 0; from < bytes.byteLength; from += BASE64_BYTES)
    at += line.write(
      asBuffer(bytes.subarray(from, from + BASE64_BYTES)).toString("base64"),
      at,
      "latin1",
    );
  return at;
}

/** A large text that would take more than base64 does, for all its quotes and control characters, is written in base64. */
function largeForm(bytes: Uint8Array): {
  readonly encoding: "utf8" | "base64";
  readonly sizeBytes: number;
} {
  const textBytes = isUtf8(bytes) ? escapedBytes(bytes) : Infinity;
  const base64Bytes = Math.ceil(bytes.byteLength / 3) * 4;
  return textBytes <= base64Bytes
    ? { encoding: "utf8", sizeBytes: textBytes }
    : { encoding: "base64", sizeBytes: base64Bytes };
}

/** All but the original and the verdict, which come last. */
function headForm(event: AuditEvent): object {
  return {
    id: event.id,
    organization: event.organization,
    labels: event.labels,
    origin: event.origin,
    occurredAt: formatTime(event.occurredAt),
    endedAt: timeOrNull(event.endedAt),
    observedAt: formatTime(event.observedAt),
    actor: event.actor,
    action: event.action,
    target: event.target,
    outcome: event.outcome,
    session: event.session,
    detail: detailForm(event.detail),
  };
}

/** Only the branches that hold instants are made anew; the others are as they stand in the model. */
export function detailForm(detail: AuditEvent["detail"]): unknown {
  if (detail === null) return null;
  if ("kubernetes" in detail) {
    const { requestReceivedTimestamp, stageTimestamp } = detail.kubernetes;
    return {
      kubernetes: {
        ...detail.kubernetes,
        requestReceivedTimestamp: timeOrNull(requestReceivedTimestamp),
        stageTimestamp: timeOrNull(stageTimestamp),
      },
    };
  }
  if ("grant" in detail) {
    const { validFrom, validUntil } = detail.grant;
    return {
      grant: {
        ...detail.grant,
        validFrom: timeOrNull(validFrom),
        validUntil: timeOrNull(validUntil),
      },
    };
  }
  return detail;
}

/** The bytes as text where that loses nothing: valid UTF-8 gives the same bytes back, a byte order mark included. */
function originalForm(original: Original): unknown {
  const { bytes, sha256, truncatedFromBytes } = original;
  const encoding = isUtf8(bytes) ? "utf8" : "base64";
  return { encoding, bytes: asBuffer(bytes).toString(encoding), sha256, truncatedFromBytes };
}

function timeOrNull(micros: Micros | null): string | null {
  return micros === null ? null : formatTime(micros);
}
