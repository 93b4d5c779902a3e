import { asBuffer } from "../../model/bytes.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";

/** An event in JSON: the original's bytes as base64, everything else as it is. */
export interface StoredEvent extends Omit<AuditEvent, "original"> {
  readonly original: {
    readonly bytes: string;
    readonly sha256: string;
    readonly truncatedFromBytes: number | null;
  } | null;
}

/** `JSON.stringify` would write the bytes as a list of numbers. */
export function storeEvent(event: AuditEvent): StoredEvent {
  const { original } = event;
  if (original === null) return { ...event, original };
  const bytes = asBuffer(original.bytes).toString("base64");
  return { ...event, original: { ...original, bytes } };
}

/** What an earlier version stored did not have every field of today's schema: those have their defaults then. */
export function restoreEvent(stored: StoredEvent): AuditEvent {
  const { original } = stored;
  const event = { ...stored, detail: completed(stored.detail) };
  if (original === null) return { ...event, original };
  return { ...event, original: { ...original, bytes: Buffer.from(original.bytes, "base64") } };
}

function completed(detail: AuditEvent["detail"]): AuditEvent["detail"] {
  if (detail === null) return null;
  if ("grant" in detail) return { grant: { ...GRANT_SINCE_V2, ...detail.grant } };
  if ("finding" in detail) return { finding: { ...FINDING_SINCE_V2, ...detail.finding } };
  return detail;
}

const GRANT_SINCE_V2 = { seal: null };
const FINDING_SINCE_V2 = { number: 1, firstId: null, state: "open" };
