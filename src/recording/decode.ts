import { fromBinary } from "@bufbuild/protobuf";
import { LAYOUT_BY_NUMBER, BARE, type Content, type Layout } from "./layout.ts";
import { BARE_EVENT, propertyOf, RECORD } from "./schema.ts";
import { formatGoTime } from "./time.ts";

/** One record of a recording, as the JSON of the audit log has the same event. */
export interface DecodedRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The record holds more than the layouts know: it is of a newer version. */
  readonly hasUnknown: boolean;
  /** Only its metadata are known. */
  readonly isBare: boolean;
}

/**
 * Decodes a record: its event under the names, in the order and with the empty values that Teleport's log has. What the log's JSON
 * cannot show is as Teleport's event handler sends it: `data` in base64. Of an event that has no layout only the metadata are known.
 * Numbers beyond 2^53 are rounded, as JSON.parse rounds the log's; the record keeps the rest.
 *
 * @throws where the bytes are no such message, or hold no event.
 */
export function decodeRecord(bytes: Uint8Array): DecodedRecord {
  const record = propertiesOf(fromBinary(RECORD, bytes));
  const reading: Reading = { hasUnknown: unknownOf(record).length > 0 };
  const event = record["event"] as { readonly case?: string; readonly value?: unknown };
  if (event.case !== undefined) {
    const layout = LAYOUT_BY_NUMBER.get(Number(event.case.slice(1))) ?? BARE;
    const fields = Object.fromEntries(entriesOf(event.value, layout, reading));
    return { fields, hasUnknown: reading.hasUnknown, isBare: false };
  }
  const unknown = unknownOf(record).findLast(({ wireType }) => wireType === LENGTH_DELIMITED);
  if (unknown === undefined) throw new RangeError("it holds no event");
  return { fields: bareFields(unknown.data), hasUnknown: true, isBare: true };
}

const LENGTH_DELIMITED = 2;

interface UnknownField {
  readonly wireType: number;
  readonly data: Uint8Array;
}

interface Reading {
  hasUnknown: boolean;
}

type Properties = Readonly<Record<string, unknown>>;

/** The metadata of an event without a layout; its bytes begin with their own length. */
function bareFields(data: Uint8Array): DecodedRecord["fields"] {
  const start = data.findIndex((byte) => byte < 0x80) + 1;
  const event = fromBinary(BARE_EVENT, data.subarray(start));
  return Object.fromEntries(entriesOf(event, BARE, { hasUnknown: true }));
}

function propertiesOf(message: unknown): Properties {
  return message as Properties;
}

function unknownOf(message: Properties): readonly UnknownField[] {
  return (message["$unknown"] as readonly UnknownField[] | undefined) ?? [];
}

type Entry = readonly [name: string, value: unknown];

/** The fields of a message, blocks flattened. An absent block is one whose fields are all empty. */
function entriesOf(message: unknown, layout: Layout, reading: Reading): Entry[] {
  const properties = message === undefined ? {} : propertiesOf(message);
  if (unknownOf(properties).length > 0) reading.hasUnknown = true;
  const entries: Entry[] = [];
  for (const { number, name, content, isAlwaysWritten } of layout.fields) {
    const property = properties[propertyOf(number)];
    if (content.kind === "block") entries.push(...entriesOf(property, content.layout, reading));
    else {
      const value = valueOf(property, content, reading);
      if (isAlwaysWritten || !isEmpty(value)) entries.push([name, value]);
    }
  }
  return entries;
}

function valueOf(
  property: unknown,
  content: Exclude<Content, { kind: "block" }>,
  reading: Reading,
): unknown {
  switch (content.kind) {
    case "scalar":
      return content.isList ? listOf(property) : scalarOf(property, content.scalar);
    case "time":
      return formatGoTime(property === undefined ? null : secondsAndNanos(property));
    case "map": {
      const list = property as readonly Properties[] | undefined;
      if (list === undefined || list.length === 0) return null;
      const pairs = list.map(({ f1, f2 }): Entry => [(f1 as string | undefined) ?? "", f2 ?? ""]);
      return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    }
    case "object":
      return property === undefined
        ? null
        : Object.fromEntries(entriesOf(property, content.layout, reading));
  }
}

function secondsAndNanos(message: unknown): readonly [bigint, number] {
  const { f1, f2 } = propertiesOf(message);
  return [(f1 as bigint | undefined) ?? 0n, (f2 as number | undefined) ?? 0];
}

/** An empty list is null in the log: Go writes a list that was never made so. */
function listOf(property: unknown): unknown {
  const list = property as readonly unknown[] | undefined;
  return list === undefined || list.length === 0 ? null : list;
}

function scalarOf(property: unknown, scalar: string): unknown {
  if (property instanceof Uint8Array) return Buffer.from(property).toString("base64");
  if (typeof property === "bigint") return Number(property);
  if (property !== undefined) return property;
  if (scalar === "bool") return false;
  return scalar === "string" || scalar === "bytes" ? "" : 0;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === "" || value === 0 || value === false;
}
