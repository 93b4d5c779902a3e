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
  const { buffer, byteOffset, byteLength } = original.bytes;
  const bytes = Buffer.from(buffer, byteOffset, byteLength).toString("base64");
  return { ...event, original: { ...original, bytes } };
}

export function restoreEvent(stored: StoredEvent): AuditEvent {
  const { original } = stored;
  if (original === null) return { ...stored, original };
  return { ...stored, original: { ...original, bytes: Buffer.from(original.bytes, "base64") } };
}
