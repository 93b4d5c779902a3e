import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Vendors } from "./identity/vendors.ts";
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
export function withDecision(
  event: AuditEvent,
  decision: Decision,
  vendors: Pick<Vendors, "personOf">,
): AuditEvent {
  const { vendor, verdict } = decision;
  if (vendor === null && verdict === event.verdict) return event;
  return { ...event, labels: labelsWith(event, decision, vendors), verdict };
}

/** The labels say whose the event is, and who answers for it where that is not its actor: the maker of a credential, for one. */
export function labelsWith(
  { labels, actor }: Pick<AuditEvent, "labels" | "actor">,
  { vendor, principal }: Decision,
  { personOf }: Pick<Vendors, "personOf">,
): AuditEvent["labels"] {
  if (vendor === null) return labels;
  const { principal: _, ...others } = labels;
  const isActor = principal === null || (actor.name !== null && principal === personOf(actor.name));
  return isActor ? { ...others, vendor } : { ...others, vendor, principal };
}

/** Who answers for a journaled event; null where nobody is known to. */
export function principalOf(
  { labels, actor, verdict }: Pick<AuditEvent, "labels" | "actor" | "verdict">,
  { personOf }: Pick<Vendors, "personOf">,
): string | null {
  if (labels["vendor"] === undefined || verdict.coverage === "not-vendor") return null;
  return labels["principal"] ?? (actor.name === null ? null : personOf(actor.name));
}
