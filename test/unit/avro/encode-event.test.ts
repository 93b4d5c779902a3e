import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_SCHEMA, encodeEvent } from "../../../src/avro/event.ts";
import { encodeEntry } from "../../../src/avro/journal-entry.ts";
import { typeOfSchema } from "../../../src/avro/schemas.ts";
import { AvroWriter } from "../../../src/avro/writer.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import { anEvent } from "../../support/entries.ts";

type Schema = string | readonly Schema[] | Named;
interface Named {
  readonly type: string;
  readonly name?: string;
  readonly fields?: readonly { readonly name: string; readonly type: Schema }[];
  readonly items?: Schema;
  readonly values?: Schema;
}

const avsc = typeOfSchema(EVENT_SCHEMA);

/** Lengths around those at which the length's own size or the way of writing changes. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc
    .tuple(fc.constantFrom("x", "é", "語", "😀"), fc.constantFrom(0, 1, 31, 40, 41, 63, 64, 4_096))
    .map(([unit, count]) => unit.repeat(count)),
  fc
    .tuple(fc.constantFrom("x", "é"), fc.constantFrom(8_191, 8_192))
    .map(([last, length]) => "x".repeat(length - 1) + last),
);

const LEAVES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  null: fc.constant(null),
  boolean: fc.boolean(),
  long: fc.oneof(
    fc.maxSafeInteger().filter((value) => value >= -(2 ** 52) && value <= 2 ** 53 - 2),
    fc.integer(),
    fc.constantFrom(63, 64, -64, -65, 2 ** 27, 2 ** 52, -(2 ** 52), 2 ** 53 - 2),
  ),
  bytes: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  string: text,
};

/** Any value of a schema of ours. */
function valueOf(schema: Schema, named = new Map<string, fc.Arbitrary<unknown>>()) {
  return build(schema);

  function build(type: Schema): fc.Arbitrary<unknown> {
    if (typeof type === "string") return LEAVES[type] ?? known(type);
    if (isUnion(type)) return union(type);
    if (type.type === "array") return fc.array(build(type.items ?? "null"), { maxLength: 4 });
    if (type.type === "map")
      return fc.dictionary(
        fc.string({ minLength: 1, maxLength: 8 }),
        build(type.values ?? "null"),
        {
          maxKeys: 4,
          noNullPrototype: true,
        },
      );
    return type.type === "record" ? record(type) : build(type.type);
  }

  function known(name: string): fc.Arbitrary<unknown> {
    const found = named.get(name);
    if (found === undefined) throw new TypeError(`Cannot find type "${name}"`);
    return found;
  }

  function record({ name = "", fields = [] }: Named): fc.Arbitrary<unknown> {
    const made = fc.record(Object.fromEntries(fields.map((f) => [f.name, build(f.type)])), {
      noNullPrototype: true,
    });
    named.set(name, made);
    return made;
  }

  function union(branches: readonly Schema[]): fc.Arbitrary<unknown> {
    const isWrapped = branches.length > 2;
    return fc.oneof(
      ...branches.map((branch) => {
        const value = build(branch);
        if (!isWrapped || typeof branch === "string") return value;
        return value.map((content) => ({ [(branch as Named).name ?? ""]: content }));
      }),
    );
  }
}

function isUnion(schema: Schema): schema is readonly Schema[] {
  return Array.isArray(schema);
}

const anyEvent = valueOf(JSON.parse(EVENT_SCHEMA) as Schema) as fc.Arbitrary<AuditEvent>;

describe("an event in Avro", () => {
  test("has the bytes that avsc writes, whatever event of the schema it is", () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(Buffer.from(encodeEvent(event)).equals(avsc.toBuffer(event))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test("has U+FFFD where a text holds half a character", () => {
    const event = anEvent({ organization: "a\ud800b" });
    expect(avsc.fromBuffer(Buffer.from(encodeEvent(event)))).toMatchObject({
      organization: "a\ufffdb",
    });
  });

  test.each([undefined, null, 7, {}, { long: "x" }])(
    "is not made of a value that is no event: an id that is %j",
    (id) => {
      expect(() => encodeEvent({ ...anEvent(), id: id as unknown as string })).toThrow(TypeError);
    },
  );

  test.each([undefined, "1", 0.5, 2 ** 53 - 1, -(2 ** 52) - 1, NaN])(
    "is not made of a value that is no event: a time that is %s",
    (occurredAt) => {
      const event = { ...anEvent(), occurredAt: occurredAt as unknown as number };
      expect(() => encodeEvent(event)).toThrow(TypeError);
    },
  );

  test("is not made of a detail that the schema does not know", () => {
    const detail = { weather: {} } as unknown as AuditEvent["detail"];
    expect(() => encodeEvent({ ...anEvent(), detail })).toThrow(
      new TypeError("Cannot encode weather: the schema has no such branch"),
    );
  });
});

describe("encodeEntry()", () => {
  test("grows its buffer around what is written already", () => {
    const writer = new AvroWriter(1);
    const events = Array.from({ length: 20 }, (_, n) =>
      anEvent({ organization: "o".repeat(2 ** n) }),
    );
    const sizes = events.map((event, n) =>
      encodeEntry(writer, n + 1, { kind: "event", streams: ["logs-findings"], event }),
    );
    let at = 0;
    for (const [n, event] of events.entries()) {
      // Sequence, kind and streams.
      at += 1 + 6 + 1 + 14 + 1;
      const encoded = writer.written().subarray(at, at + (sizes[n] ?? 0));
      expect(encoded.equals(avsc.toBuffer(event))).toBe(true);
      at += sizes[n] ?? 0;
    }
    expect(at).toBe(writer.sizeBytes);
  });

  test("writes nothing of an entry that cannot be encoded", () => {
    const writer = new AvroWriter(100);
    encodeEntry(writer, 1, { kind: "event", streams: [], event: anEvent() });
    const { sizeBytes } = writer;
    const broken = { ...anEvent(), verdict: null as unknown as AuditEvent["verdict"] };
    expect(() => encodeEntry(writer, 2, { kind: "event", streams: [], event: broken })).toThrow(
      TypeError,
    );
    expect(writer.sizeBytes).toBe(sizeBytes);
  });
});
