import { resourceFromAttributes, type Resource } from "@opentelemetry/resources";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { asBuffer } from "../../model/bytes.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { MICROS_PER_SECOND, type Micros } from "../../model/time.ts";
import type { Attribute } from "./attribute.ts";
import { bodyOf } from "./body.ts";
import { groupByResource } from "./group.ts";
import { eventNameOf, otlpTime, SCOPE } from "./log-record.ts";
import { ATTRIBUTES, RESOURCE_ATTRIBUTES } from "./mapping-attributes.ts";
import { branchOf, DETAIL_ATTRIBUTES } from "./mapping-detail.ts";
import { sdkSeverity } from "./sdk-severity.ts";
import { severityOf } from "./severity.ts";

type Attributes = Record<string, string | number | boolean | string[]>;

/** The entries as the given SDK's log records, by the same tables as the protobuf encoder and in the same order. */
export function readableRecords(entries: readonly JournalEntry[]): ReadableLogRecord[] {
  return groupByResource(entries).flatMap((events) => {
    const [first] = events;
    if (first === undefined) return [];
    // The exporter groups by identity: one object for all events of a resource.
    const resource = resourceFromAttributes(valuesOf(RESOURCE_ATTRIBUTES, first));
    return events.map((event) => readableRecord(event, resource));
  });
}

function readableRecord(event: AuditEvent, resource: Resource): ReadableLogRecord {
  const severity = severityOf(event);
  return {
    hrTime: hrTime(event.occurredAt),
    hrTimeObserved: hrTime(event.observedAt),
    severityNumber: sdkSeverity(severity.number),
    severityText: severity.text,
    eventName: eventNameOf(event),
    body: bodyValue(event),
    attributes: { ...valuesOf(ATTRIBUTES, event), ...detailValues(event) },
    droppedAttributesCount: 0,
    resource,
    instrumentationScope: SCOPE,
  };
}

function bodyValue(event: AuditEvent): string | Uint8Array {
  const { bytes, isText } = bodyOf(event);
  const view = asBuffer(bytes);
  return isText ? view.toString("utf8") : view;
}

function detailValues({ detail }: AuditEvent): Attributes {
  if (detail === null) return {};
  const branch = branchOf(detail);
  // The table ties a branch to readers of that branch, which the type of a lookup by a union cannot say.
  const subject = (detail as Readonly<Record<string, unknown>>)[branch] as never;
  return valuesOf(DETAIL_ATTRIBUTES[branch], subject);
}

function valuesOf<Subject>(table: readonly Attribute<Subject>[], subject: Subject): Attributes {
  const values: Attributes = {};
  for (const attribute of table) {
    const value = attribute.read(subject);
    if (typeof value === "object" && value !== null && value.length > 0)
      values[attribute.key] = [...value];
    else if (typeof value !== "object") values[attribute.key] = value;
  }
  return values;
}

/** Seconds and nanoseconds. */
function hrTime(time: Micros): [number, number] {
  const micros = otlpTime(time);
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  return [seconds, (micros - seconds * MICROS_PER_SECOND) * 1_000];
}
