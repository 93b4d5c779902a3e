import type { Attribute } from "./attribute.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/** Tags (field number · 8 + wire type) of AnyValue: opentelemetry-proto, common/v1/common.proto. */
export const ANY_VALUE = {
  string: 0x0a,
  boolean: 0x10,
  int: 0x18,
  array: 0x2a,
  bytes: 0x3a,
} as const;
const KEY = 0x0a;
const VALUE = 0x12;
const ARRAY_VALUES = 0x0a;

/** The attributes of one table, in fields of one tag. Made for one writer, since it remembers places in its buffer. */
export interface AttributeWriter<Subject> {
  /** Appends what the subject has of the table's attributes, each a KeyValue. */
  write(subject: Subject): void;
  /** What was written before has moved or is gone: nothing may be copied from there. */
  forget(): void;
}

type Value = string | readonly string[] | number | boolean | null;

/**
 * Events of one source are much alike. So a stretch of attributes that have the values of the event before is copied from there in
 * one go, and only what changed is encoded. Attributes of a part that is that event's own, as many labels and verdicts are, are not read.
 */
export function createAttributeWriter<Subject>(
  writer: ProtobufWriter,
  tag: number,
  attributes: readonly Attribute<Subject>[],
): AttributeWriter<Subject> {
  const count = attributes.length;
  const keys = attributes.map((attribute) => encodeKey(attribute.key));
  const reads = attributes.map((attribute): ((subject: Subject) => Value) => attribute.read);
  const values: Value[] = attributes.map(() => null);
  const stretches = stretchesOf(attributes);
  const parts: unknown[] = stretches.map(() => undefined);
  // Where each attribute of the event before stands: from `starts` to `stops`, without anything in between.
  const starts = new Float64Array(count);
  const stops = new Float64Array(count);
  let isKnown = false;

  function repeat(first: number, end: number): void {
    const start = starts[first] ?? 0;
    const shift = writer.sizeBytes - start;
    writer.repeat(start, stops[end - 1] ?? start);
    for (let n = first; n < end; n++) {
      starts[n] = (starts[n] ?? 0) + shift;
      stops[n] = (stops[n] ?? 0) + shift;
    }
  }

  return {
    write: (subject) => {
      let unwritten = 0;
      let n = 0;
      for (let index = 0; index < stretches.length; index++) {
        const { part: name, end } = stretches[index] ?? NO_STRETCH;
        const part = (subject as Readonly<Record<string, unknown>>)[name];
        if (isKnown && typeof part === "object" && part === parts[index]) n = end;
        parts[index] = part;
        for (; n < end; n++) {
          const value = reads[n]?.(subject) ?? null;
          if (isKnown && isSame(value, values[n] ?? null)) continue;
          if (unwritten < n) repeat(unwritten, n);
          starts[n] = writer.sizeBytes;
          writeAttribute(writer, { tag, key: keys[n] ?? NO_KEY, value });
          stops[n] = writer.sizeBytes;
          values[n] = value;
          unwritten = n + 1;
        }
      }
      if (unwritten < count) repeat(unwritten, count);
      isKnown = true;
    },
    forget: () => {
      isKnown = false;
    },
  };
}

/** Attributes that follow each other and are read from one part of the subject, by the first name of their fields; up to `end`. */
interface Stretch {
  readonly part: string;
  readonly end: number;
}

const NO_STRETCH: Stretch = { part: "", end: 0 };

function stretchesOf(attributes: readonly Pick<Attribute<never>, "field">[]): readonly Stretch[] {
  const parts = attributes.map(({ field }) => field.split(".", 1)[0] ?? "");
  return parts.flatMap((part, n) => (part === parts[n + 1] ? [] : [{ part, end: n + 1 }]));
}

/** Lists by what they hold. */
function isSame(value: Value, other: Value): boolean {
  if (value === other) return true;
  if (!Array.isArray(value) || !Array.isArray(other)) return false;
  if (value.length !== other.length) return false;
  for (let n = 0; n < value.length; n++) if (value[n] !== other[n]) return false;
  return true;
}

const NO_KEY = new Uint8Array(0);

/** A key is encoded once: itself, and the tag of the value behind it. */
function encodeKey(text: string): Uint8Array {
  const key = Buffer.from(text);
  if (key.length > KEY_BYTES_MAX)
    throw new RangeError(`Cannot encode attribute "${text}": its key is too long`);
  return Uint8Array.of(KEY, key.length, ...key, VALUE);
}

/** So that its length is one byte. */
const KEY_BYTES_MAX = 0x7f;

interface Pair {
  readonly tag: number;
  readonly key: Uint8Array;
  readonly value: Value;
}

function writeAttribute(writer: ProtobufWriter, { tag, key, value }: Pair): void {
  if (value === null) return;
  if (typeof value === "string") return writer.stringAttribute(tag, key, value);
  const isList = typeof value === "object";
  if (isList && value.length === 0) return;
  writer.byte(tag);
  const keyValue = writer.open(0);
  writer.raw(key);
  const anyValue = writer.open(0);
  if (isList) writeList(writer, value);
  else writeNumber(writer, value);
  writer.close(anyValue, 0);
  writer.close(keyValue, 0);
}

function writeList(writer: ProtobufWriter, list: readonly string[]): void {
  writer.byte(ANY_VALUE.array);
  const array = writer.open(0);
  for (const text of list) {
    writer.byte(ARRAY_VALUES);
    const element = writer.open(0);
    writer.byte(ANY_VALUE.string);
    writer.string(text);
    writer.close(element, 0);
  }
  writer.close(array, 0);
}

function writeNumber(writer: ProtobufWriter, value: number | boolean): void {
  writer.byte(typeof value === "boolean" ? ANY_VALUE.boolean : ANY_VALUE.int);
  writer.varint(Number(value));
}
