import type { Settled } from "../decision.ts";
import type { Vendors } from "../identity/vendors.ts";
import { coverageFinding } from "./coverage-findings.ts";
import { evidenceDigestWrong } from "./evidence-digest.ts";
import type { Finding } from "./finding.ts";
import { kubernetesFindings } from "./kubernetes-rules.ts";
import { offNetwork, standingAccess } from "./counted.ts";
import { teleportAccess } from "./teleport-rules.ts";

/**
 * The findings that one event makes by itself (verdicts §6); none for what is no vendor's (`foreignFinding` has what is left there).
 * Never of RequestReceived, which says neither who the person is nor what became of the request: the later stage is the evidence.
 * A request has one finding of a rule, whatever its stages: they have one identity.
 *
 * What Kubernetes was asked through Teleport stands in two logs. The request's own audit event makes the findings of access and role:
 * only that one says what was asked and whether the server did it. A refused exec is a session for Teleport.
 */
export function findingsOf(settled: Settled, vendors: Vendors): readonly Finding[] {
  const { facts, decision } = settled;
  if (decision.vendor === null) return NONE;
  if (facts.dialect === "kubernetes-audit" && facts.stage === "RequestReceived") return NONE;
  return [
    coverageFinding(settled),
    ...ofDialect(settled, vendors),
    standingAccess(settled, vendors),
    offNetwork(settled, vendors),
  ].filter((finding) => finding !== null);
}

function ofDialect(settled: Settled, vendors: Vendors): readonly (Finding | null)[] {
  const { facts, event } = settled;
  switch (facts.dialect) {
    case "teleport":
      return [teleportAccess(settled, facts)];
    case "kubernetes-audit":
      return kubernetesFindings(settled, facts, vendors);
    case "out-of-band":
      return [evidenceDigestWrong(event)];
    case "support-access":
      return NONE;
  }
}

const NONE: readonly Finding[] = Object.freeze([]);
