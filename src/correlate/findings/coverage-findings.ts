import type { Coverage } from "../../model/verdict.ts";
import type { Settled } from "../decision.ts";
import { isRefused } from "./about.ts";
import type { Finding } from "./finding.ts";

/** Coverages that are a finding by themselves (verdicts §6). What is ambiguous or unresolved accuses nobody. */
const RULES: Partial<Record<Coverage, string>> = {
  uncovered: "action-uncovered",
  "before-approval": "action-before-approval",
  "after-expiry": "action-after-expiry",
  "after-revocation": "action-after-revocation",
  denied: "action-denied-request",
};
/** After an end. */
const ENDED = new Set<string>(["after-expiry", "after-revocation"]);

/**
 * What a verdict is found guilty of: one finding per person, grant and rule. The first event is its evidence; null where the
 * coverage is none. Worse when it succeeded than when the server refused it. A kube.request is written when the request ends, and may
 * have been received long before (C1): by itself it accuses nobody of going on after an end.
 */
export function coverageFinding(settled: Settled): Finding | null {
  const { event, facts, decision } = settled;
  const { verdict, vendor, principal } = decision;
  const rule = RULES[verdict.coverage as Coverage];
  if (rule === undefined || vendor === null) return null;
  const isWrittenAtEnd = facts.dialect === "teleport" && facts.event === "kube.request";
  if (isWrittenAtEnd && ENDED.has(verdict.coverage)) return null;
  return {
    rule,
    severity: isRefused(settled) ? "medium" : "high",
    evidence: [event.id],
    grants: verdict.related,
    subject: principal,
    vendor,
    identity: [vendor, principal ?? "", ...verdict.related],
  };
}
