import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { KubernetesFacts } from "../../model/facts.ts";
import { userOf } from "../decide-kubernetes.ts";
import type { KnownCredential, KnownUser, Vendors } from "../identity/vendors.ts";
import { foldApiRequest } from "./api-requests.ts";
import type { Bindings } from "./bindings.ts";
import { foldMadeCredential, type CredentialContext, type Maker } from "./made-credentials.ts";

export interface KubernetesEvidenceContext extends CredentialContext {
  readonly bindings: Bindings;
}

/** Puts what a Kubernetes event proves into the ledger, whosever it is; the live path and the start alike. On every event's path. */
export function foldKubernetes(
  context: KubernetesEvidenceContext,
  event: AuditEvent,
  facts: KubernetesFacts,
): void {
  if (context.bindings.isDeletion(facts)) context.bindings.fold(context, event, facts);
  const known = userOf(facts, context);
  if (known !== null) foldApiRequest(context, facts);
  if (mayMakeCredential(event))
    foldMadeCredential(
      context,
      event,
      facts,
      known === null ? null : makerOf(known, facts, context.vendors),
    );
}

/** By the event alone, for the start. */
export function mayMakeCredential({ target, action }: AuditEvent): boolean {
  if (target.kind === "certificatesigningrequests") return CHANGES.has(action.name);
  return (
    target.kind === "serviceaccounts" && (action.name === "create" || action.name === "delete")
  );
}

const CHANGES = new Set(["create", "update", "patch"]);

/** Null where an agent acts for somebody who is not the vendor's. */
function makerOf(
  known: KnownUser | KnownCredential,
  { user, impersonated }: KubernetesFacts,
  vendors: Vendors,
): Maker | null {
  const vendor = known.vendor.name;
  if (known.kind === "credential") return { vendor, principal: known.made.principal };
  const actor = known.kind === "agent" ? (impersonated ?? user) : user;
  if (actor === null) return null;
  const principal = vendors.personOf(actor.name);
  const isForeign =
    known.kind === "agent" && impersonated !== null && vendors.isOrganizationUser(principal);
  return isForeign ? null : { vendor, principal };
}
