import { EVENT_SCHEMA_VERSION, decodeEvent } from "../../avro/event.ts";
import { ChaperoneError } from "../../model/error.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";

/** Decodes what rests, in the version that it rests in. Throws QUARANTINE_UNREADABLE at once for one that this version does not know. */
export function eventReader(resting: QuarantinedEvent): () => AuditEvent {
  const { schemaVersion, event, eventId } = resting;
  if (schemaVersion < 1 || schemaVersion > EVENT_SCHEMA_VERSION)
    throw new ChaperoneError(
      "QUARANTINE_UNREADABLE",
      `Cannot read quarantined event "${eventId}": it is in version ${schemaVersion} of the schema, this program knows ${EVENT_SCHEMA_VERSION}`,
      { hint: "Redrive it with the version of Chaperone that wrote it, or with a newer one." },
    );
  return () => decodeEvent(event, schemaVersion);
}
