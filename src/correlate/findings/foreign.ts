import type { Facts } from "../../model/facts.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { requestKey } from "../hold/wait.ts";
import type { KnownVendor, Vendors } from "../identity/vendors.ts";
import { dayOf } from "./about.ts";
import type { Finding } from "./finding.ts";

/** The findings of events that are no vendor's: W5 and W7, and no other. On every event's path. */
export function foreignFinding(
  event: AuditEvent,
  facts: Facts | null,
  vendors: Vendors,
): Finding | null {
  if (facts?.dialect !== "kubernetes-audit") return null;
  const { user, impersonated } = facts;
  if (user === null) return facts.code === 401 ? authenticationFailed(event) : null;
  if (impersonated === null) return null;
  const vendor = vendorNamed(impersonated.name, vendors);
  return vendor === null
    ? null
    : {
        rule: "vendor-name-impersonated",
        severity: "critical",
        evidence: [event.id],
        grants: [],
        subject: user.name,
        vendor: vendor.name,
        identity: [requestKey(facts)],
      };
}

/** By the event alone, for the start. */
export function mayBeForeignFinding(event: AuditEvent, vendors: Vendors): boolean {
  const { origin, actor, outcome, labels } = event;
  if (origin.kind !== "kubernetes-audit" || labels["vendor"] !== undefined) return false;
  if (actor.impersonator === null) return outcome.code === "401";
  return actor.name !== null && vendorNamed(actor.name, vendors) !== null;
}

/** Whose name it is: a person's, a bot's, or one that a role's holders share. */
export function vendorNamed(name: string, vendors: Vendors): KnownVendor | null {
  return (
    vendors.ofPerson(vendors.personOf(name)) ??
    vendors.all.find((vendor) => vendor.rolesOfKubernetesUser(name).length > 0) ??
    null
  );
}

/** W7: it names nobody, so it is counted by where it came from. */
function authenticationFailed(event: AuditEvent): Finding {
  const { cluster, name } = event.origin;
  return {
    rule: "authentication-failed",
    severity: "low",
    evidence: [event.id],
    grants: [],
    subject: null,
    vendor: null,
    identity: [cluster ?? name, event.actor.sourceAddress ?? "", dayOf(event.occurredAt)],
  };
}
