import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Decision } from "./decision.ts";
import {
  decideForeign,
  decideKubernetes,
  type DecisionContext,
  userOf,
} from "./decide-kubernetes.ts";
import { decideGrantSource } from "./decide-grant-source.ts";
import { decideTeleport } from "./decide-teleport.ts";

/** What the ledger says of an event now. The line, the release of holds and `explain` all ask here. */
export function decide(context: DecisionContext, event: AuditEvent, facts: Facts): Decision {
  if (facts.dialect === "teleport") return decideTeleport(context, event, facts);
  if (facts.dialect !== "kubernetes-audit") return decideGrantSource(context, facts);
  const known = userOf(facts, context);
  if (known !== null) return decideKubernetes(context, facts, known);
  const decision = decideForeign(facts);
  context.trace?.push(
    decision.verdict.coverage === "unresolved"
      ? { rule: "W7", says: "a 401 names nobody" }
      : { rule: "C9", says: `"${facts.user?.name ?? ""}" is no vendor's` },
  );
  return decision;
}

/** The event with its verdict and its vendor; the same object where the normalizer's verdict already says it. */
export function withDecision(event: AuditEvent, decision: Decision): AuditEvent {
  const { vendor, verdict } = decision;
  if (vendor === null && verdict === event.verdict) return event;
  const labels = vendor === null ? event.labels : { ...event.labels, vendor };
  return { ...event, labels, verdict };
}
