import { EVENT_SCHEMA_VERSION, encodeEvent } from "../../avro/event.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";
import { streamsOf } from "../../model/stream.ts";
import { eventReader } from "../quarantine/resting-event.ts";

/**
 * What rests, as the journal handed it out: sinks encode it as they did then, under the same id. Throws QUARANTINE_UNREADABLE for what
 * a newer version wrote.
 */
export function restingEntry(resting: QuarantinedEvent): JournalEntry {
  const read = eventReader(resting);
  let decoded: AuditEvent | null = null;
  let encoded = resting.schemaVersion === EVENT_SCHEMA_VERSION ? resting.event : null;
  const event = (): AuditEvent => (decoded ??= read());
  return {
    position: { partition: 0, sequence: resting.journalSequence, locator: "" },
    kind: "event",
    id: resting.eventId,
    get streams() {
      return streamsOf(event().labels);
    },
    sizeBytes: resting.event.byteLength,
    get encoded() {
      encoded ??= encodeEvent(event());
      return encoded;
    },
    event,
  };
}
