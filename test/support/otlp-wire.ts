/**
 * One log record of an OTLP request as it stands on the wire, read without a library, for destinations that take tens of thousands a
 * second. Field numbers of opentelemetry-proto (collector/logs/v1, logs/v1, common/v1).
 */
export interface WireRecord {
  /** The whole LogRecord. */
  readonly bytes: Uint8Array;
  /** Bytes of a body that is text or bytes; null for any other. */
  readonly body: Uint8Array | null;
  /** Value of an attribute that is text; null where there is none. */
  text(key: string): string | null;
}

const RESOURCE_LOGS = 1;
const SCOPE_LOGS = 2;
const LOG_RECORD = 2;
const BODY = 5;
const ATTRIBUTE = 6;
const KEY = 1;
const VALUE = 2;
const STRING_VALUE = 1;
const BYTES_VALUE = 7;

/** Every record of an ExportLogsServiceRequest, in order. Throws a RangeError on bytes that are none. */
export function* wireRecords(request: Uint8Array): Generator<WireRecord> {
  for (const resource of fields(request, RESOURCE_LOGS))
    for (const scope of fields(resource, SCOPE_LOGS))
      for (const bytes of fields(scope, LOG_RECORD))
        yield { bytes, body: bodyOf(bytes), text: (key) => textOf(bytes, key) };
}

function bodyOf(record: Uint8Array): Uint8Array | null {
  const value = first(record, BODY);
  if (value === null) return null;
  return first(value, STRING_VALUE) ?? first(value, BYTES_VALUE);
}

function textOf(record: Uint8Array, key: string): string | null {
  const wanted = Buffer.from(key);
  for (const attribute of fields(record, ATTRIBUTE)) {
    const found = first(attribute, KEY);
    if (found === null || !wanted.equals(found)) continue;
    const text = first(first(attribute, VALUE) ?? new Uint8Array(), STRING_VALUE);
    return text === null ? null : Buffer.from(text).toString("utf8");
  }
  return null;
}

function first(bytes: Uint8Array, field: number): Uint8Array | null {
  for (const found of fields(bytes, field)) return found;
  return null;
}

/** The length-delimited fields of this number. */
function* fields(bytes: Uint8Array, field: number): Generator<Uint8Array> {
  const at = { byte: 0 };
  while (at.byte < bytes.length) {
    const tag = varint(bytes, at);
    if (tag % 8 !== 2) {
      skip(bytes, at, tag % 8);
      continue;
    }
    const end = varint(bytes, at) + at.byte;
    if (end > bytes.length) throw new RangeError(`Cannot read a field at byte ${at.byte}: cut off`);
    if (Math.floor(tag / 8) === field) yield bytes.subarray(at.byte, end);
    at.byte = end;
  }
}

function skip(bytes: Uint8Array, at: { byte: number }, wireType: number): void {
  if (wireType === 0) varint(bytes, at);
  else if (wireType === 1) at.byte += 8;
  else if (wireType === 5) at.byte += 4;
  else throw new RangeError(`Cannot read a field of wire type ${wireType} at byte ${at.byte}`);
}

function varint(bytes: Uint8Array, at: { byte: number }): number {
  let value = 0;
  for (let shift = 0; shift < 10; shift++) {
    const byte = bytes[at.byte++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * shift);
    if (byte < 0x80) return value;
  }
  throw new RangeError(`Cannot read a varint before byte ${at.byte}`);
}
