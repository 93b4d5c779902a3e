import { describe, expect, it } from "vitest";
import { restoreEvent, storeEvent } from "../../../../src/correlate/ledger/stored-event.ts";
import { encodeEvent } from "../../../../src/avro/event.ts";
import { FIRST_EVENT_SCHEMA, encodedByFirst, firstEvents } from "../../../support/first-version.ts";
import { typeOfSchema } from "../../../../src/avro/schemas.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";

/** What the first version had in memory when it stored the event: no field that came later. */
function asFirstKnew(event: AuditEvent): AuditEvent {
  return typeOfSchema(FIRST_EVENT_SCHEMA).fromBuffer(
    Buffer.from(encodedByFirst(event)),
  ) as AuditEvent;
}

describe("an event in the ledger that an earlier version stored", () => {
  it.each(firstEvents())("has defaults for what came later, and can be journaled: $id", (event) => {
    const stored = JSON.stringify(storeEvent(asFirstKnew(event)));
    const restored = restoreEvent(JSON.parse(stored) as ReturnType<typeof storeEvent>);
    expect(restored).toEqual(event);
    expect(encodeEvent(restored)).toEqual(encodeEvent(event));
  });
});
