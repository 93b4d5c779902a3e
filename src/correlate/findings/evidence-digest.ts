import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Finding } from "./finding.ts";

/** An out-of-band approval whose evidence file is missing, too large to be compared, or another one than the document says; else null. */
export function evidenceDigestWrong(event: AuditEvent): Finding | null {
  const { origin, outcome, target, actor, labels } = event;
  if (origin.kind !== "out-of-band" || outcome.status !== "failure") return null;
  const id = target.name ?? "";
  return {
    rule: "evidence-digest-wrong",
    severity: "high",
    evidence: [event.id],
    grants: [id],
    subject: actor.name,
    vendor: labels["vendor"] ?? null,
    identity: [id, event.id],
  };
}
