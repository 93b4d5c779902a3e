import type { AuditEvent } from "../model/generated/audit-event.ts";
import { schemaText, typeOfSchema } from "./schemas.ts";

/** Version of the AuditEvent schema that this version writes. */
export const EVENT_SCHEMA_VERSION = 1;

export const EVENT_SCHEMA: string = schemaText("audit-event", EVENT_SCHEMA_VERSION);

const type = typeOfSchema(EVENT_SCHEMA);

/** The event in Avro, in a buffer of its own. */
export function encodeEvent(event: AuditEvent): Uint8Array {
  return type.toBuffer(event);
}

/** The event of these bytes, written with the current schema. Throws on anything but exactly one event. */
export function decodeEvent(encoded: Uint8Array): AuditEvent {
  return type.fromBuffer(
    Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength),
  ) as AuditEvent;
}
