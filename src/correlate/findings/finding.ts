import { createHash } from "node:crypto";
import type { FindingSeverity } from "../../model/finding-severity.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { EVIDENCE } from "../../model/verdict.ts";

/** Something is wrong, and why we say so; the event is made of it and of its cause. */
export interface Finding {
  readonly rule: string;
  readonly severity: FindingSeverity;
  /** Event ids; never empty. */
  readonly evidence: readonly string[];
  readonly grants: readonly string[];
  readonly subject: string | null;
  readonly vendor: string | null;
  /** What makes it one finding and no other: its id is made of the rule and this. */
  readonly identity: readonly string[];
}

/** All of a finding's event that does not change with its editions. */
export type FindingTemplate = Omit<AuditEvent, "detail" | "original">;

/** Everything in it comes from its cause, nothing from the clock: replay makes the same one. */
export function templateOf(finding: Finding, cause: AuditEvent): FindingTemplate {
  const { rule, vendor } = finding;
  const stream = { stream: "logs-findings" };
  return {
    id: findingId(cause.organization, finding),
    organization: cause.organization,
    labels: vendor === null ? stream : { ...stream, vendor },
    origin: { kind: "chaperone", name: "findings", cluster: cause.origin.cluster, position: "" },
    occurredAt: cause.occurredAt,
    endedAt: null,
    observedAt: cause.observedAt,
    actor: cause.actor,
    action: { class: "observe", name: rule },
    target: cause.target,
    outcome: { status: "unknown", code: null, reason: null },
    session: cause.session,
    verdict: EVIDENCE,
  };
}

/** Of its first edition: a digest, so that hostile names in the identity cannot make one finding look like another. */
export function findingId(
  organization: string,
  finding: Pick<Finding, "rule" | "identity">,
): string {
  const text = JSON.stringify([organization, finding.rule, ...finding.identity]);
  return createHash("sha256").update(text).digest("hex");
}
