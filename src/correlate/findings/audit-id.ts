import type { KubernetesFacts } from "../../model/facts.ts";
import type { Micros } from "../../model/time.ts";
import type { Settled } from "../decision.ts";
import { auditIdEnds } from "../evidence/api-requests.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { findingAbout } from "./about.ts";
import type { Finding } from "./finding.ts";

export interface AuditIdContext {
  readonly ledger: Pick<Ledger, "apiRequests">;
  /** How far apart two servers may put one request, in microseconds. */
  readonly skew: Micros;
}

/** Each person's by itself: a finding is about one, and in one vendor's stream. */
export function auditIdIdentity(
  { decision }: Settled,
  { cluster, auditId }: KubernetesFacts,
): readonly string[] {
  return [cluster, auditId, decision.vendor ?? "", decision.principal ?? ""];
}

/**
 * Another request of a vendor has the same audit id, which the client chose then. One request may stand under one id in two records: an
 * aggregated API server logs what was passed on to it, with the same path and verb, at nearly the same time.
 */
export function auditIdReused(
  settled: Settled,
  facts: KubernetesFacts,
  { ledger, skew }: AuditIdContext,
): Finding | null {
  if (settled.decision.vendor === null || facts.stage === "RequestReceived") return null;
  const { requestUri: uri, verb, receivedAt } = facts;
  const isReused = auditIdEnds(ledger, facts).some(
    (other) =>
      Object.values(other.verdicts).some(({ coverage }) => coverage !== "not-vendor") &&
      (other.uri !== uri || other.verb !== verb || Math.abs(other.receivedAt - receivedAt) > skew),
  );
  if (!isReused) return null;
  return findingAbout(settled, {
    rule: "audit-id-reused",
    severity: "medium",
    identity: auditIdIdentity(settled, facts),
  });
}
