import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ATTRIBUTES,
  RESOURCE_ATTRIBUTES,
} from "../../../../src/forward/otlp/mapping-attributes.ts";
import { createProtobufEncoder } from "../../../../src/forward/otlp/protobuf.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";
import { entriesOf } from "../../../support/entries.ts";
import { anyEvent } from "../../../support/otlp-events.ts";
import { decodedRecords } from "../../../support/otlp-request.ts";

const PARTS = [
  "labels",
  "origin",
  "actor",
  "action",
  "target",
  "outcome",
  "session",
  "verdict",
] as const;

/** The second event with some parts that are the first one's own. */
function sharing(first: AuditEvent, second: AuditEvent, parts: readonly string[]): AuditEvent {
  const shared = parts.map((part) => [part, first[part as keyof AuditEvent]]);
  return { ...second, ...(Object.fromEntries(shared) as Partial<AuditEvent>) };
}

const FIELDS = [...ATTRIBUTES, ...RESOURCE_ATTRIBUTES].filter(({ field }) => field !== "-");

describe("attributes of events that share parts", () => {
  it.each(FIELDS.map((attribute) => [attribute.key, attribute] as const))(
    "%s is read from the part that its field names, and from nothing else",
    (_, { field, read }) => {
      const part = field.split(".", 1)[0] ?? "";
      fc.assert(
        fc.property(anyEvent, anyEvent, (first, second) => {
          expect(read(sharing(first, second, [part]))).toEqual(read(first));
        }),
        { numRuns: 20 },
      );
    },
  );

  it("are those that each event has alone", () => {
    fc.assert(
      fc.property(anyEvent, anyEvent, fc.subarray([...PARTS]), (first, second, parts) => {
        const entries = entriesOf([first, sharing(first, second, parts)]);
        const together = decodedRecords(createProtobufEncoder(64).encode(entries));
        const alone = entries.flatMap((entry) =>
          decodedRecords(createProtobufEncoder(64).encode([entry])),
        );
        const byId = (a: object, b: object): number =>
          JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
        expect(together.toSorted(byId)).toEqual(alone.toSorted(byId));
      }),
      { numRuns: 200 },
    );
  });
});
