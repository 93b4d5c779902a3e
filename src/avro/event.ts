import { asBuffer } from "../model/bytes.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { SCHEMA_VERSION, writeAuditEvent } from "./generated/write-audit-event.ts";
import { schemaText, typeOfSchema } from "./schemas.ts";
import { AvroWriter } from "./writer.ts";

/** Version of the AuditEvent schema that this version writes. */
export const EVENT_SCHEMA_VERSION: number = SCHEMA_VERSION;

export const EVENT_SCHEMA: string = schemaText("audit-event", EVENT_SCHEMA_VERSION);

const type = typeOfSchema(EVENT_SCHEMA);

/** The event in Avro, in a buffer of its own. Throws for a value that is no event. */
export function encodeEvent(event: AuditEvent): Uint8Array {
  const writer = new AvroWriter(FIELDS_BYTES_EXPECTED + (event.original?.bytes.byteLength ?? 0));
  writeAuditEvent(writer, event);
  return writer.written();
}

/** Most events take less beside their original bytes. */
const FIELDS_BYTES_EXPECTED = 4_096;

/** The event of these bytes, written with the current schema. Throws on anything but exactly one event. */
export function decodeEvent(encoded: Uint8Array): AuditEvent {
  return type.fromBuffer(asBuffer(encoded)) as AuditEvent;
}
