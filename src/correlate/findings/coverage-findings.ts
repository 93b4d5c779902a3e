import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Coverage } from "../../model/verdict.ts";
import type { Decision } from "../decision.ts";
import type { Finding } from "./finding.ts";

/** Coverages that are a finding by themselves (verdicts §6). */
const RULES: Partial<Record<Coverage, string>> = {
  uncovered: "action-uncovered",
  "after-expiry": "action-after-expiry",
};
/** Outcomes by which the server let nothing happen. */
const REFUSED = new Set(["denied", "unauthenticated"]);

/**
 * What a verdict is found guilty of: one finding per person, grant and rule. The first event is its evidence; null where the
 * coverage is none. Worse when it succeeded than when the server refused it. RequestReceived says neither that nor who the person
 * is: the later stage of the request is the evidence. A kube.request is written when the request ends, and may have been received
 * long before (C1): by itself it accuses nobody of going on after an end.
 */
export function coverageFinding(event: AuditEvent, decision: Decision): Finding | null {
  const { verdict, vendor, principal } = decision;
  const rule = RULES[verdict.coverage as Coverage];
  if (rule === undefined || vendor === null || isReceived(event)) return null;
  if (verdict.coverage === "after-expiry" && isKubeRequest(event)) return null;
  return {
    rule,
    severity: REFUSED.has(event.outcome.status) ? "medium" : "high",
    evidence: [event.id],
    grants: verdict.related,
    subject: principal,
    vendor,
    identity: [vendor, principal ?? "", ...verdict.related],
  };
}

/** By the event alone: findings are about events of every dialect. */
function isReceived({ detail }: AuditEvent): boolean {
  return detail !== null && "kubernetes" in detail && detail.kubernetes.stage === "RequestReceived";
}

function isKubeRequest({ detail }: AuditEvent): boolean {
  return detail !== null && "teleport" in detail && detail.teleport.event === "kube.request";
}
