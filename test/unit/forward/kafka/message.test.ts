import { describe, expect, it } from "vitest";
import { decodeEvent } from "../../../../src/avro/event.ts";
import { schemaText, typeOfSchema, type Subject } from "../../../../src/avro/schemas.ts";
import { messageOf } from "../../../../src/forward/kafka/message.ts";
import type { Actor } from "../../../../src/model/generated/audit-event.ts";
import { NOT_VENDOR } from "../../../../src/model/verdict.ts";
import { anEntry, anEvent } from "../../../support/entries.ts";

const NOW = 1_800_000_000_123_456;

function anActor(name: string | null): Actor {
  return { ...anEvent().actor, name };
}

describe("the message of an event", () => {
  it("has the JSON form as its value, on one line and without a line end", () => {
    const entry = anEntry({ id: "e-1" });
    const { message } = messageOf(entry, { encoding: "json", key: "none" }, NOW);
    const value = String(message.value);
    expect(JSON.parse(value)).toMatchObject({
      id: "e-1",
      occurredAt: "2026-11-22T02:51:20.736383Z",
    });
    expect(value).not.toMatch(/[\r\n]/);
    expect(message.headers).toMatchObject({ "content-type": "application/json" });
  });

  it("has plain Avro as its value, which the published schema that its header names decodes", () => {
    const entry = anEntry({ id: "e-1" });
    const { message } = messageOf(entry, { encoding: "avro", key: "none" }, NOW);
    const [, name = "", version = ""] =
      /^([a-z-]+)\/v(\d+)$/.exec(String(message.headers?.["chaperone-schema"])) ?? [];
    const type = typeOfSchema(schemaText(name as Subject, Number(version)));
    expect(type.fromBuffer(message.value as Buffer)).toMatchObject({ id: "e-1" });
    expect(decodeEvent(message.value as Buffer)).toEqual(entry.event());
    expect(message.headers).toMatchObject({ "content-type": "avro/binary" });
  });

  it("carries the event's id and its stream as headers, whatever the key and the encoding", () => {
    const entry = anEntry({ id: "e-1", labels: { stream: "logs-grants" } });
    for (const encoding of ["json", "avro"] as const)
      for (const key of ["none", "eventId", "grantId", "principal"] as const)
        expect(messageOf(entry, { encoding, key }, NOW).message.headers).toMatchObject({
          "chaperone-event-id": "e-1",
          "chaperone-stream": "logs-grants",
        });
  });

  it("has the time of sending, so that a backlog outlives the topic's retention", () => {
    const old = anEntry({ occurredAt: 1 });
    const { message } = messageOf(old, { encoding: "json", key: "none" }, NOW);
    expect(message.timestamp).toBe("1800000000123");
  });
});

describe("the key of a message", () => {
  const covered = { ...NOT_VENDOR, grants: ["g-1", "g-2"], related: ["g-3"] };
  const related = { ...NOT_VENDOR, related: ["g-3"] };

  it.each([
    ["none", "nothing", {}, null],
    ["eventId", "the event's id", {}, "e-1"],
    ["grantId", "the first grant that covers it", { verdict: covered }, "g-1"],
    ["grantId", "the request it belongs to, where none covers it", { verdict: related }, "g-3"],
    ["grantId", "the event's id, where it has no grant", {}, "e-1"],
    [
      "principal",
      "the effective actor",
      { actor: anActor("ada@vendor.example") },
      "ada@vendor.example",
    ],
    ["principal", "the event's id, where it has no actor", { actor: anActor(null) }, "e-1"],
  ] as const)("with `%s` is %s", (key, _, overrides, expected) => {
    const entry = anEntry({ id: "e-1", ...overrides });
    expect(messageOf(entry, { encoding: "json", key }, NOW).message.key).toBe(expected);
  });
});
