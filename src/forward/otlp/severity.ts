import type { AuditEvent, FindingDetail } from "../../model/generated/audit-event.ts";
import type { Coverage } from "../../model/verdict.ts";

/** Severity in the data model of OpenTelemetry logs: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
export interface Severity {
  readonly number: number;
  readonly text: string;
}

const INFO: Severity = { number: 9, text: "INFO" };
const WARN: Severity = { number: 13, text: "WARN" };
const WARN2: Severity = { number: 14, text: "WARN2" };
const ERROR: Severity = { number: 17, text: "ERROR" };
const FATAL: Severity = { number: 21, text: "FATAL" };

const OF_COVERAGE: Readonly<Record<Coverage, Severity>> = {
  covered: INFO,
  standing: INFO,
  evidence: INFO,
  "not-vendor": INFO,
  ambiguous: WARN,
  unresolved: WARN,
  "outside-role": ERROR,
  "before-approval": ERROR,
  "after-expiry": ERROR,
  "after-revocation": ERROR,
  denied: ERROR,
  uncovered: ERROR,
};

const OF_FINDING: Readonly<Record<string, Severity>> = {
  info: INFO,
  low: WARN,
  medium: WARN2,
  high: ERROR,
  critical: FATAL,
};

/** Of a finding its own severity unless it was withdrawn, of a declared loss an error, of everything else what its coverage says. An unknown word warns. */
export function severityOf(event: AuditEvent): Severity {
  const { detail } = event;
  if (detail !== null && "finding" in detail) return ofFinding(detail.finding);
  if (detail !== null && "gap" in detail) return ERROR;
  return OF_COVERAGE[event.verdict.coverage as Coverage] ?? WARN;
}

/** That there is nothing wrong after all raises no alarm. */
function ofFinding({ severity, state }: FindingDetail): Severity {
  return state === "withdrawn" ? INFO : (OF_FINDING[severity] ?? WARN);
}
