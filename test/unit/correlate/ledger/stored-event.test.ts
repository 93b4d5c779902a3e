import { describe, expect, it } from "vitest";
import {
  restoreEvent,
  storeEvent,
  type StoredEvent,
} from "../../../../src/correlate/ledger/stored-event.ts";
import { encodeEvent } from "../../../../src/avro/event.ts";
import { FIRST_EVENT_SCHEMA, encodedByFirst, firstEvents } from "../../../support/first-version.ts";
import { typeOfSchema } from "../../../../src/avro/schemas.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";
import { anEvent } from "../../../support/entries.ts";

const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** What the first version had in memory when it stored the event: no field that came later. */
function asFirstKnew(event: AuditEvent): AuditEvent {
  return typeOfSchema(FIRST_EVENT_SCHEMA).fromBuffer(
    Buffer.from(encodedByFirst(event)),
  ) as AuditEvent;
}

describe("an event in the ledger that an earlier version stored", () => {
  it.each(firstEvents())("has defaults for what came later, and can be journaled: $id", (event) => {
    const stored = JSON.stringify(storeEvent(asFirstKnew(event)));
    const restored = restoreEvent(JSON.parse(stored) as StoredEvent, event.original?.bytes ?? null);
    expect(restored).toEqual(event);
    expect(encodeEvent(restored)).toEqual(encodeEvent(event));
  });
});

it("an original that an earlier version kept with the event is there as it was", () => {
  const original = { bytes, sha256: "d", truncatedFromBytes: null };
  const event = anEvent({ original });
  const base64 = Buffer.from(bytes).toString("base64");
  const earlier = { ...storeEvent(event), original: { ...original, bytes: base64 } };
  expect(encodeEvent(restoreEvent(earlier, null))).toEqual(encodeEvent(event));
});

describe("an event in the ledger", () => {
  it.each([
    ["without an original", null],
    ["with an original of any bytes", { bytes, sha256: "d1", truncatedFromBytes: 9_000 }],
    [
      "whose original is a part of a larger buffer",
      { bytes: bytes.subarray(7, 12), sha256: "d2", truncatedFromBytes: null },
    ],
  ])("%s comes back as it was", (_what, original) => {
    const event = anEvent({ original });
    const stored = JSON.stringify(storeEvent(event));
    const restored = restoreEvent(JSON.parse(stored) as StoredEvent, event.original?.bytes ?? null);
    expect(encodeEvent(restored)).toEqual(encodeEvent(event));
  });
});
