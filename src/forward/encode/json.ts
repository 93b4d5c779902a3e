import { isUtf8 } from "node:buffer";
import type { AuditEvent, Original } from "../../model/generated/audit-event.ts";
import { formatTime } from "../../model/time.ts";
import type { Micros } from "../../model/time.ts";

/**
 * The JSON form of an event, without a line end: one object, unions unwrapped to `{"<branch>": …}`, instants as RFC 3339 in UTC
 * with six fraction digits, absent as `null`, keys in the schema's order. Never holds a raw line end, so that it is one line.
 */
export function toJsonLine(event: AuditEvent): string {
  return JSON.stringify({
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
    original: event.original === null ? null : originalForm(event.original),
    verdict: event.verdict,
  });
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
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encoding = isUtf8(view) ? "utf8" : "base64";
  return { encoding, bytes: view.toString(encoding), sha256, truncatedFromBytes };
}

function timeOrNull(micros: Micros | null): string | null {
  return micros === null ? null : formatTime(micros);
}
