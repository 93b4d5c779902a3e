import type avro from "avsc";
import { asBuffer } from "../model/bytes.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { SCHEMA_VERSION, writeAuditEvent } from "./generated/write-audit-event.ts";
import { lazyTypeOfSchema, schemaText, typeOfSchema } from "./schemas.ts";
import { AvroWriter } from "./writer.ts";

/** Version of the AuditEvent schema that this version writes. */
export const EVENT_SCHEMA_VERSION: number = SCHEMA_VERSION;

export const EVENT_SCHEMA: string = schemaText("audit-event", EVENT_SCHEMA_VERSION);

/** The codec of events, in avsc's form. */
export const eventType: () => avro.Type = lazyTypeOfSchema(EVENT_SCHEMA);

/** The event in Avro, in a buffer of its own. Throws for a value that is no event. */
export function encodeEvent(event: AuditEvent): Uint8Array {
  const writer = new AvroWriter(FIELDS_BYTES_EXPECTED + (event.original?.bytes.byteLength ?? 0));
  writeAuditEvent(writer, event);
  return writer.written();
}

/** Most events take less beside their original bytes. */
const FIELDS_BYTES_EXPECTED = 4_096;

/**
 * The event of these bytes, written with a version of the schema up to the current one; what that version did not know yet has its
 * default. Throws on anything but exactly one event.
 */
export function decodeEvent(
  encoded: Uint8Array,
  version: number = EVENT_SCHEMA_VERSION,
): AuditEvent {
  return eventType().fromBuffer(asBuffer(encoded), resolverOf(version)) as AuditEvent;
}

/** What reads the bytes of an earlier version, made when the first of them come. */
const resolvers = new Map<number, ReturnType<avro.Type["createResolver"]>>();

function resolverOf(version: number): ReturnType<avro.Type["createResolver"]> | undefined {
  if (version === EVENT_SCHEMA_VERSION) return undefined;
  const known = resolvers.get(version);
  if (known !== undefined) return known;
  const resolver = eventType().createResolver(typeOfSchema(schemaText("audit-event", version)));
  resolvers.set(version, resolver);
  return resolver;
}
