import { EVENT_SCHEMA_VERSION } from "../../avro/event.ts";
import { lazyTypeOfSchema, schemaText } from "../../avro/schemas.ts";
import { asBuffer } from "../../model/bytes.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";
import type { Micros } from "../../model/time.ts";
import type { RestCause } from "../../ports/quarantine.ts";

/** Schema of quarantine files, as it goes into their header. */
export const QUARANTINE_SCHEMA: string = schemaText("quarantined-event", 1);

const type = lazyTypeOfSchema(QUARANTINE_SCHEMA);

/** Where and when a record is written. */
export interface RecordPlace {
  readonly sequence: number;
  readonly pipeline: string;
  readonly at: Micros;
}

/** The record by which an event comes to rest. */
export function restedEvent(
  entry: JournalEntry,
  cause: RestCause,
  place: RecordPlace,
): QuarantinedEvent {
  return {
    ...place,
    kind: "rested",
    eventId: entry.id,
    journalSequence: entry.position.sequence,
    cause: cause.cause.toWellFormed(),
    code: cause.code,
    requestId: cause.requestId,
    schemaVersion: EVENT_SCHEMA_VERSION,
    event: entry.encoded,
  };
}

/** The record by which a rest ends: a redrive delivered the event. */
export function resolvedEvent(entry: JournalEntry, place: RecordPlace): QuarantinedEvent {
  return {
    ...place,
    kind: "resolved",
    eventId: entry.id,
    journalSequence: entry.position.sequence,
    cause: "delivered by a redrive",
    code: "resolved",
    requestId: null,
    schemaVersion: EVENT_SCHEMA_VERSION,
    event: new Uint8Array(),
  };
}

export function encodeQuarantined(quarantined: QuarantinedEvent): Uint8Array {
  const { event } = quarantined;
  const bytes = asBuffer(event);
  return type().toBuffer({ ...quarantined, event: bytes });
}

/** What a rest is known by: the entry of the journal, and the event in it. */
export function restKey(rest: Pick<QuarantinedEvent, "journalSequence" | "eventId">): string {
  return `${rest.journalSequence}:${rest.eventId}`;
}
