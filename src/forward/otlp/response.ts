/** What an ExportLogsServiceResponse says. */
export interface ExportResponse {
  /** Log records that the server did not take. It never says which. */
  readonly rejectedCount: number;
  readonly message: string;
}

const FULL_SUCCESS: ExportResponse = { rejectedCount: 0, message: "" };

/**
 * Reads an ExportLogsServiceResponse in JSON (proto3 mapping, so that both spellings of a name are right and an int64 may be a
 * string). An absent, null or empty partialSuccess is full success. Null for anything else.
 */
export function readJsonResponse(body: Uint8Array): ExportResponse | null {
  const response = parseObject(Buffer.from(body).toString("utf8"));
  if (response === null) return null;
  const partial = response["partialSuccess"] ?? response["partial_success"] ?? null;
  if (partial === null) return FULL_SUCCESS;
  if (!isObject(partial)) return null;
  const rejectedCount = int64Of(
    partial["rejectedLogRecords"] ?? partial["rejected_log_records"] ?? 0,
  );
  const message = partial["errorMessage"] ?? partial["error_message"] ?? "";
  if (rejectedCount === null) return null;
  return typeof message === "string" ? { rejectedCount, message } : null;
}

/** A number, or its decimal digits: what else JavaScript takes for one (an empty string, a list, false) says that nothing was rejected. */
function int64Of(value: unknown): number | null {
  const isDigits = typeof value === "string" && /^\d{1,16}$/.test(value);
  const count = isDigits ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads an ExportLogsServiceResponse in protobuf: field 1 is ExportLogsPartialSuccess, in which field 1 is rejected_log_records
 * (int64) and field 2 error_message. Unknown fields are passed over. Null for bytes that are no such message.
 */
export function readProtobufResponse(body: Uint8Array): ExportResponse | null {
  const fields = readFields(body);
  if (fields === null) return null;
  let response = FULL_SUCCESS;
  for (const { number, value } of fields) {
    if (number !== 1) continue;
    const partial = typeof value === "number" ? null : readPartialSuccess(value);
    if (partial === null) return null;
    response = partial;
  }
  return response;
}

function readPartialSuccess(bytes: Uint8Array): ExportResponse | null {
  const fields = readFields(bytes);
  if (fields === null) return null;
  let { rejectedCount, message } = FULL_SUCCESS;
  for (const { number, value } of fields) {
    if (number === 1 && typeof value === "number") rejectedCount = value;
    else if (number === 2 && typeof value !== "number") message = Buffer.from(value).toString();
    else if (number === 1 || number === 2) return null;
  }
  return Number.isSafeInteger(rejectedCount) ? { rejectedCount, message } : null;
}

/** The text of a google.rpc.Status (field 2), by which servers say in protobuf why they refuse; null for anything else. */
export function readProtobufStatus(body: Uint8Array): string | null {
  const message = readFields(body)?.find(({ number }) => number === 2)?.value;
  return message === undefined || typeof message === "number"
    ? null
    : Buffer.from(message).toString();
}

interface Field {
  readonly number: number;
  /** A varint or a fixed-width field as a number (a fixed one as 0), a length-delimited one as its bytes. */
  readonly value: number | Uint8Array;
}

/** A message of ours has two at most; four million bytes of tiny ones would take hundreds of millions of memory. */
const FIELDS_MAX = 256;

/** The fields of a message; null for bytes that are none, or that have too many. Groups, which nobody writes any more, count as none. */
function readFields(bytes: Uint8Array): readonly Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    if (tag === null || tag.value < 8 || fields.length === FIELDS_MAX) return null;
    const number = Math.floor(tag.value / 8);
    const wireType = tag.value % 8;
    const head = wireType === 0 || wireType === 2 ? readVarint(bytes, tag.end) : null;
    if (wireType === 0 && head !== null) {
      fields.push({ number, value: head.value });
      at = head.end;
    } else if (wireType === 2 && head !== null) {
      at = head.end + head.value;
      fields.push({ number, value: bytes.subarray(head.end, at) });
    } else if (wireType === 1 || wireType === 5) {
      at = tag.end + (wireType === 1 ? 8 : 4);
      fields.push({ number, value: 0 });
    } else return null;
    if (at > bytes.length) return null;
  }
  return fields;
}

/** Exact up to 2^53; a larger value, a negative int64 among them, is not a safe integer. */
function readVarint(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | null {
  let value = 0;
  for (let at = start; at < start + 10; at++) {
    const byte = bytes[at];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return null;
}
