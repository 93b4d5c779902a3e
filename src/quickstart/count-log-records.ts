/**
 * Number of log records in an OTLP ExportLogsServiceRequest (protobuf; opentelemetry-proto, logs/v1): field 1 ResourceLogs,
 * within it field 2 ScopeLogs, within it field 2 LogRecord. Throws a RangeError on bytes that are no such message.
 */
export function countLogRecords(request: Uint8Array): number {
  let count = 0;
  for (const resourceLogs of messages(request, 1))
    for (const scopeLogs of messages(resourceLogs, 2)) count += [...messages(scopeLogs, 2)].length;
  return count;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** The messages in the fields of this number; all other fields are passed over. */
function* messages(bytes: Uint8Array, field: number): Generator<Uint8Array> {
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    at = tag.end;
    const wireType = tag.value % 8;
    if (wireType !== LENGTH_DELIMITED) {
      at = skip(bytes, at, wireType);
      continue;
    }
    const length = varint(bytes, at);
    const end = length.end + length.value;
    if (end > bytes.length)
      throw new RangeError(`Cannot read protobuf field at byte ${at}: cut off`);
    if (Math.floor(tag.value / 8) === field) yield bytes.subarray(length.end, end);
    at = end;
  }
}

function skip(bytes: Uint8Array, at: number, wireType: number): number {
  if (wireType === VARINT) return varint(bytes, at).end;
  const width = wireType === FIXED64 ? 8 : wireType === FIXED32 ? 4 : NaN;
  if (!(at + width <= bytes.length))
    throw new RangeError(`Cannot read protobuf field at byte ${at}: wire type ${wireType}`);
  return at + width;
}

function varint(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; at < start + 10; at++) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError(`Cannot read protobuf varint at byte ${start}`);
}
