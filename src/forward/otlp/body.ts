import { isUtf8 } from "node:buffer";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { detailForm } from "../encode/json.ts";

/** What a log record's body is: the origin's bytes, or the detail of an event that has none. */
export interface Body {
  readonly bytes: Uint8Array;
  /** Whether they are valid UTF-8, so that a string can hold them without loss. */
  readonly isText: boolean;
}

export function bodyOf(event: AuditEvent): Body {
  const { original } = event;
  if (original === null)
    return { bytes: Buffer.from(JSON.stringify(detailForm(event.detail))), isText: true };
  return { bytes: original.bytes, isText: isUtf8(original.bytes) };
}
