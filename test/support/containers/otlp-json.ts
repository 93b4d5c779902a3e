/** A value of OTLP in plain form. 64-bit integers are numbers where exact and strings else; bytes stay base64. */
export type OtlpValue =
  string | number | boolean | null | OtlpValue[] | { [key: string]: OtlpValue };
export type OtlpAttributes = { [key: string]: OtlpValue };

/** One log record as a collector wrote it, with what OTLP keeps around it. */
export interface LogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: OtlpValue;
  /** What a body of text or bytes holds; empty for any other. */
  readonly bodyBytes: Buffer;
  readonly attributes: OtlpAttributes;
  readonly resource: OtlpAttributes;
  readonly scope: string;
}

interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  bytesValue?: string;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: KeyValue[] };
}

interface KeyValue {
  key: string;
  value?: AnyValue;
}

interface WireRecord extends Partial<
  Pick<LogRecord, "timeUnixNano" | "observedTimeUnixNano" | "severityText" | "eventName">
> {
  severityNumber?: number;
  body?: AnyValue;
  attributes?: KeyValue[];
}

interface WireRequest {
  resourceLogs?: {
    resource?: { attributes?: KeyValue[] };
    scopeLogs?: { scope?: { name?: string }; logRecords?: WireRecord[] }[];
  }[];
}

/** Flattens one export request in OTLP-JSON. */
export function logRecordsOf(json: string): LogRecord[] {
  const request = JSON.parse(json) as WireRequest;
  return (request.resourceLogs ?? []).flatMap(({ resource, scopeLogs = [] }) =>
    scopeLogs.flatMap(({ scope, logRecords = [] }) =>
      logRecords.map((record) => ({
        timeUnixNano: record.timeUnixNano ?? "0",
        observedTimeUnixNano: record.observedTimeUnixNano ?? "0",
        severityNumber: record.severityNumber ?? 0,
        severityText: record.severityText ?? "",
        eventName: record.eventName ?? "",
        body: plainValue(record.body),
        bodyBytes: bytesOf(record.body),
        attributes: plainAttributes(record.attributes),
        resource: plainAttributes(resource?.attributes),
        scope: scope?.name ?? "",
      })),
    ),
  );
}

function plainAttributes(attributes: KeyValue[] = []): OtlpAttributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function bytesOf({ stringValue, bytesValue }: AnyValue = {}): Buffer {
  return bytesValue === undefined
    ? Buffer.from(stringValue ?? "")
    : Buffer.from(bytesValue, "base64");
}

function plainValue(value: AnyValue = {}): OtlpValue {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map((item) => plainValue(item));
  if (value.kvlistValue) return plainAttributes(value.kvlistValue.values);
  if (value.intValue !== undefined) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : String(value.intValue);
  }
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}
