import { asBuffer } from "../../model/bytes.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";

/** An event in JSON without the bytes of its original, which are kept beside it as they are. */
export interface StoredEvent extends Omit<AuditEvent, "original"> {
  readonly original: {
    readonly sha256: string;
    readonly truncatedFromBytes: number | null;
    /** As base64: an earlier version kept them here. */
    readonly bytes?: string;
  } | null;
}

export function storeEvent({ original, ...event }: AuditEvent): StoredEvent {
  if (original === null) return { ...event, original };
  const { sha256, truncatedFromBytes } = original;
  return { ...event, original: { sha256, truncatedFromBytes } };
}

/**
 * The event with the bytes that are kept beside it; without an original where they are not there. What an earlier version stored did
 * not have every field of today's schema: those have their defaults then.
 */
export function restoreEvent(stored: StoredEvent, kept: Uint8Array | null): AuditEvent {
  const { original } = stored;
  const event = { ...stored, detail: completed(stored.detail) };
  if (original === null) return { ...event, original };
  const { sha256, truncatedFromBytes } = original;
  const bytes = original.bytes === undefined ? kept : Buffer.from(original.bytes, "base64");
  if (bytes === null) return { ...event, original: null };
  return { ...event, original: { bytes: asBuffer(bytes), sha256, truncatedFromBytes } };
}

function completed(detail: AuditEvent["detail"]): AuditEvent["detail"] {
  if (detail === null) return null;
  if ("grant" in detail) return { grant: { ...GRANT_SINCE_V2, ...detail.grant } };
  if ("finding" in detail) return { finding: { ...FINDING_SINCE_V2, ...detail.finding } };
  return detail;
}

const GRANT_SINCE_V2 = { seal: null };
const FINDING_SINCE_V2 = { number: 1, firstId: null, state: "open" };
