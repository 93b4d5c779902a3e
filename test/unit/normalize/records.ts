import type { Facts } from "../../../src/model/facts.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { Dialect, RawRecord, Source } from "../../../src/model/record.ts";
import { parseTime, type Micros } from "../../../src/model/time.ts";
import { createNormalizers } from "../../../src/normalize/normalizers.ts";
import { normalizeRecord } from "../../../src/normalize/record.ts";
import type { Normalizer } from "../../../src/ports/normalizer.ts";

export const ORGANIZATION = "acme";
export const OBSERVED_AT: Micros = parseTime("2026-11-22T12:00:00.000000Z") ?? 0;

export const KUBERNETES_SOURCE: Source = {
  name: "prod-audit",
  dialect: "kubernetes-audit",
  cluster: "prod",
};
export const TELEPORT_SOURCE: Source = { name: "teleport", dialect: "teleport", cluster: null };

export const NORMALIZERS: Readonly<Record<Dialect, Normalizer>> = createNormalizers(ORGANIZATION);

export function recordOf(content: string | Uint8Array): RawRecord {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { bytes, position: "64769:1311:0", observedAt: OBSERVED_AT, truncatedFromBytes: null };
}

interface Normalized {
  readonly event: AuditEvent;
  readonly facts: Facts | null;
}

/** The event of a record, as the pipeline gets it. */
export function normalize(content: string | Uint8Array, source: Source): Normalized {
  const by = { normalizer: NORMALIZERS[source.dialect], organization: ORGANIZATION };
  const normalized = normalizeRecord(by, recordOf(content), source);
  if (normalized === null) throw new Error("The record was ignored");
  return normalized;
}

/** The event of a Kubernetes audit event with these fields, and what makes one readable. */
export function kubernetesEvent(fields: object, source: Source = KUBERNETES_SOURCE): AuditEvent {
  const event = { kind: "Event", apiVersion: "audit.k8s.io/v1", auditID: "a-1", ...fields };
  return normalize(JSON.stringify({ stage: "ResponseComplete", ...event }), source).event;
}

/** The event of a Teleport event with these fields. */
export function teleportEvent(fields: object, source: Source = TELEPORT_SOURCE): AuditEvent {
  return normalize(JSON.stringify({ cluster_name: "root.example", ...fields }), source).event;
}
