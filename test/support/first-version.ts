import { schemaText, typeOfSchema } from "../../src/avro/schemas.ts";
import { JOURNAL_ENTRY_SCHEMA } from "../../src/avro/journal-entry.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import { anEvent } from "./entries.ts";
import { WITHDRAWN_FINDING, aSealedGrant } from "./sealed-grant.ts";

/** What the first published version of the schema wrote, for tests of what an upgrade finds on the disk. */
export const FIRST_EVENT_SCHEMA: string = schemaText("audit-event", 1);

/** The journal's schema of that time: the event's schema inside of the same entry. */
export const FIRST_JOURNAL_SCHEMA: string = JSON.stringify(
  JSON.parse(JOURNAL_ENTRY_SCHEMA, (key, value: unknown) =>
    key === "type" && isEventSchema(value) ? (JSON.parse(FIRST_EVENT_SCHEMA) as unknown) : value,
  ),
);

const eventType = typeOfSchema(FIRST_EVENT_SCHEMA);
const entryType = typeOfSchema(FIRST_JOURNAL_SCHEMA);

/** What the first version could not say of an event is left out. */
export function encodedByFirst(event: AuditEvent): Uint8Array {
  return eventType.toBuffer(event);
}

export function entryByFirst(
  sequence: number,
  event: AuditEvent,
  streams: readonly string[],
): Uint8Array {
  return entryType.toBuffer({ sequence, kind: "event", streams, event });
}

/** A finding and a change of a grant, as the first version knew them: the fields that came later have their defaults. */
export function firstEvents(overrides: Partial<AuditEvent> = {}): readonly AuditEvent[] {
  const finding = { ...WITHDRAWN_FINDING, number: 1, firstId: null, state: "open" };
  const grant = { ...aSealedGrant(), change: "approved", seal: null };
  return [
    anEvent({ ...overrides, id: "first-finding", detail: { finding } }),
    anEvent({ ...overrides, id: "first-grant", detail: { grant } }),
  ];
}

function isEventSchema(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && "name" in value && value.name === "AuditEvent"
  );
}
