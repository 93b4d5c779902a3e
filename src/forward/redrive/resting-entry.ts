import { decodeEvent } from "../../avro/event.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";
import { streamsOf } from "../../model/stream.ts";

/** What rests, as the journal handed it out: sinks encode it as they did then, under the same id. */
export function restingEntry(resting: QuarantinedEvent): JournalEntry {
  let decoded: AuditEvent | null = null;
  const event = (): AuditEvent => (decoded ??= decodeEvent(resting.event));
  return {
    position: { partition: 0, sequence: resting.journalSequence, locator: "" },
    kind: "event",
    id: resting.eventId,
    get streams() {
      return streamsOf(event().labels);
    },
    sizeBytes: resting.event.byteLength,
    encoded: resting.event,
    event,
  };
}
