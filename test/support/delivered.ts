import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import { toJsonLine } from "../../src/forward/encode/json.ts";
import { factsOf } from "../../src/normalize/normalizers.ts";
import type { Dialect } from "../../src/model/record.ts";
import { approved } from "./correlate.ts";
import { createTestLine } from "./correlate-line.ts";
import { normalizers } from "./labelled.ts";

/**
 * What the endpoints get for these records of one origin, in the JSON form: read, correlated under a grant of the role, where there is
 * one, with the findings behind them.
 */
export function deliveredOf(
  dialect: Dialect,
  record: object,
  role: string | null = null,
): readonly unknown[] {
  const line = createTestLine({ factsOf: (event) => factsOf(normalizers, event) });
  if (role !== null) line.feed(approved("r1", { roles: [role] }));
  const source = { name: dialect, dialect, cluster: "prod" };
  const bytes = Buffer.from(JSON.stringify(record));
  const raw = { bytes, position: "0", observedAt: 0, truncatedFromBytes: null };
  const normalization = normalizers[dialect].normalize(raw, source);
  if (normalization.status !== "normalized") throw new Error(normalization.status);
  line.feed(normalization);
  line.advance({ evidence: Infinity, isEvidenceIdle: true });
  return line.journal.filter(({ kind }) => kind !== "held").map(({ event }) => jsonForm(event));
}

export function jsonForm(event: AuditEvent): unknown {
  return JSON.parse(toJsonLine(event));
}
