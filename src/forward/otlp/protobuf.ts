import type { JournalEntry } from "../../model/entry.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Micros } from "../../model/time.ts";
import { bodyOf, type Body } from "./body.ts";
import { groupByResource } from "./group.ts";
import { eventNameOf, otlpTime, SCOPE } from "./log-record.ts";
import { ATTRIBUTES, RESOURCE_ATTRIBUTES } from "./mapping-attributes.ts";
import { branchOf, DETAIL_ATTRIBUTES } from "./mapping-detail.ts";
import { ANY_VALUE, createAttributeWriter, type AttributeWriter } from "./protobuf-attributes.ts";
import { ProtobufWriter, varintBytes } from "./protobuf-writer.ts";
import { severityOf } from "./severity.ts";

/**
 * Tags (field number · 8 + wire type) of opentelemetry-proto, logs/v1/logs.proto and collector/logs/v1/logs_service.proto:
 * https://github.com/open-telemetry/opentelemetry-proto
 */
const REQUEST_RESOURCE_LOGS = 0x0a;
const RESOURCE_LOGS = { resource: 0x0a, scopeLogs: 0x12 } as const;
const RESOURCE_ATTRIBUTE = 0x0a;
const SCOPE_LOGS = { scope: 0x0a, logRecords: 0x12 } as const;
const SCOPE_TAG = { name: 0x0a, version: 0x12 } as const;
const RECORD = {
  timeUnixNano: 0x09,
  severityNumber: 0x10,
  severityText: 0x1a,
  body: 0x2a,
  attributes: 0x32,
  observedTimeUnixNano: 0x59,
  eventName: 0x62,
} as const;

/** A log record takes about this much beside its body. */
const RECORD_BYTES_EXPECTED = 1_200;
const RESOURCE_BYTES_EXPECTED = 200;

/** Encodes requests one after another, all into one buffer. */
export interface ProtobufEncoder {
  /**
   * An ExportLogsServiceRequest with a log record for every entry; those of one resource follow each other in their order. A view
   * of the encoder's buffer: valid until the next call.
   */
  encode(entries: readonly JournalEntry[]): Uint8Array;
  readonly capacityBytes: number;
}

/** The tables' writers. */
interface Attributes {
  readonly resource: AttributeWriter<AuditEvent>;
  readonly common: AttributeWriter<AuditEvent>;
  readonly detail: Readonly<Record<string, AttributeWriter<never>>>;
  forget(): void;
}

export function createProtobufEncoder(sizeBytes: number): ProtobufEncoder {
  const writer = new ProtobufWriter(sizeBytes);
  const attributes = createAttributes(writer);
  return {
    encode: (entries) => {
      writer.reset();
      for (const events of groupByResource(entries)) {
        attributes.forget();
        writeResourceLogs(writer, attributes, events);
      }
      return writer.written();
    },
    get capacityBytes() {
      return writer.capacityBytes;
    },
  };
}

function createAttributes(writer: ProtobufWriter): Attributes {
  const resource = createAttributeWriter(writer, RESOURCE_ATTRIBUTE, RESOURCE_ATTRIBUTES);
  const common = createAttributeWriter(writer, RECORD.attributes, ATTRIBUTES);
  const details = Object.entries(DETAIL_ATTRIBUTES).map(
    ([branch, table]) => [branch, createAttributeWriter(writer, RECORD.attributes, table)] as const,
  );
  return {
    resource,
    common,
    detail: Object.fromEntries(details),
    forget: () => {
      resource.forget();
      common.forget();
      for (const [, detail] of details) detail.forget();
    },
  };
}

function writeResourceLogs(
  writer: ProtobufWriter,
  attributes: Attributes,
  events: readonly AuditEvent[],
): void {
  const [first] = events;
  if (first === undefined) return;
  const expected = events.length * RECORD_BYTES_EXPECTED * 2;
  writer.byte(REQUEST_RESOURCE_LOGS);
  const resourceLogs = writer.open(expected);
  writer.byte(RESOURCE_LOGS.resource);
  const resource = writer.open(RESOURCE_BYTES_EXPECTED);
  attributes.resource.write(first);
  writer.close(resource, RESOURCE_BYTES_EXPECTED);
  writer.byte(RESOURCE_LOGS.scopeLogs);
  const scopeLogs = writer.open(expected);
  writeScope(writer);
  for (const event of events) writeRecord(writer, attributes, event);
  writer.close(scopeLogs, expected);
  writer.close(resourceLogs, expected);
}

function writeScope(writer: ProtobufWriter): void {
  writer.byte(SCOPE_LOGS.scope);
  const scope = writer.open(0);
  writer.byte(SCOPE_TAG.name);
  writer.string(SCOPE.name);
  writer.byte(SCOPE_TAG.version);
  writer.string(SCOPE.version);
  writer.close(scope, 0);
}

function writeRecord(writer: ProtobufWriter, attributes: Attributes, event: AuditEvent): void {
  const body = bodyOf(event);
  const severity = severityOf(event);
  const expected = body.bytes.length + RECORD_BYTES_EXPECTED;
  writer.byte(SCOPE_LOGS.logRecords);
  const record = writer.open(expected);
  writeTime(writer, RECORD.timeUnixNano, event.occurredAt);
  writeTime(writer, RECORD.observedTimeUnixNano, event.observedAt);
  writer.byte(RECORD.severityNumber);
  writer.varint(severity.number);
  writer.byte(RECORD.severityText);
  writer.string(severity.text);
  writer.byte(RECORD.eventName);
  writer.string(eventNameOf(event));
  writeBody(writer, body);
  attributes.common.write(event);
  writeDetail(attributes, event);
  const hasMoved = writer.close(record, expected);
  if (hasMoved) attributes.forget();
}

/** Nanoseconds from microseconds without loss: 1,000 times each half stays far below 2^53. */
function writeTime(writer: ProtobufWriter, tag: number, time: Micros): void {
  const micros = otlpTime(time);
  const high = Math.floor(micros / 2 ** 32);
  const low = (micros - high * 2 ** 32) * 1_000;
  const carry = Math.floor(low / 2 ** 32);
  writer.byte(tag);
  writer.fixed64(low - carry * 2 ** 32, high * 1_000 + carry);
}

function writeBody(writer: ProtobufWriter, body: Body): void {
  const { length } = body.bytes;
  writer.byte(RECORD.body);
  writer.varint(1 + varintBytes(length) + length);
  writer.byte(body.isText ? ANY_VALUE.string : ANY_VALUE.bytes);
  writer.bytes(body.bytes);
}

function writeDetail(attributes: Attributes, { detail }: AuditEvent): void {
  if (detail === null) return;
  const branch = branchOf(detail);
  // The table ties a branch to readers of that branch, which the type of a lookup by a union cannot say.
  attributes.detail[branch]?.write((detail as Readonly<Record<string, unknown>>)[branch] as never);
}
