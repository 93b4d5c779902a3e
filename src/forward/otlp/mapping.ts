import type { Attribute } from "./attribute.ts";
import { ATTRIBUTES, RESOURCE_ATTRIBUTES } from "./mapping-attributes.ts";
import { DETAIL_ATTRIBUTES } from "./mapping-detail.ts";

/** A row of the published table of what an event becomes in OTLP. */
export interface MappingRow {
  readonly place: "log record" | "resource" | "attribute";
  /** Name of the field of the log record, or key of the attribute. */
  readonly key: string;
  readonly type: string;
  /** Path in the JSON form of an event. */
  readonly field: string;
  readonly doc: string;
}

const RECORD_FIELDS: readonly Omit<MappingRow, "place">[] = [
  {
    key: "time_unix_nano",
    type: "fixed64",
    field: "occurredAt",
    doc: "When it happened, by the origin's clock; 0 (unknown) where 64 bits of nanoseconds cannot say it.",
  },
  {
    key: "observed_time_unix_nano",
    type: "fixed64",
    field: "observedAt",
    doc: "When the record was read.",
  },
  {
    key: "severity_number, severity_text",
    type: "enum, string",
    field: "verdict.coverage, detail.finding.severity",
    doc: "INFO where nothing is wrong; WARN where it is not known; ERROR for what no grant covers and for gaps; a finding's own.",
  },
  {
    key: "event_name",
    type: "string",
    field: "origin.kind, action.name",
    doc: "Dialect and action, such as kubernetes-audit.list and teleport.session.start.",
  },
  {
    key: "body",
    type: "string or bytes",
    field: "original.bytes",
    doc: "The record as the origin wrote it: a string where it is UTF-8, else bytes. Of events without a record their detail in JSON.",
  },
];

/** What becomes of an event in OTLP, as one table. */
export const OTLP_MAPPING: readonly MappingRow[] = [
  ...RECORD_FIELDS.map((row) => ({ place: "log record" as const, ...row })),
  ...RESOURCE_ATTRIBUTES.map((attribute) => rowOf("resource", attribute)),
  ...ATTRIBUTES.map((attribute) => rowOf("attribute", attribute)),
  ...Object.entries(DETAIL_ATTRIBUTES).flatMap(([branch, attributes]) =>
    attributes.map((attribute) => rowOf("attribute", attribute, `detail.${branch}.`)),
  ),
];

function rowOf(
  place: MappingRow["place"],
  attribute: Attribute<never>,
  prefix: string = "",
): MappingRow {
  const { key, type, field, doc } = attribute;
  return { place, key, type, field: `${prefix}${field}`, doc };
}
