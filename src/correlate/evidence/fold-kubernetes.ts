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
  if (context.bindings.isDeletion(facts) && !context.changeOf(event).isDryRun)
    context.bindings.fold(context, event, facts);
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
  return target.kind === "serviceaccounts" && CHANGES.has(action.name);
}

const CHANGES = new Set(["create", "update", "patch"]);

/** Whether an agent speaks for the vendor's own people or for the organization's is judged later (W4), and counts then. */
function makerOf(
  known: KnownUser | KnownCredential,
  { user, impersonated }: KubernetesFacts,
  vendors: Vendors,
): Maker | null {
  const vendor = known.vendor.name;
  if (known.kind === "credential") return { vendor, principal: known.made.principal };
  const actor = known.kind === "agent" ? (impersonated ?? user) : user;
  if (actor === null) return null;
  return { vendor, principal: vendors.personOf(actor.name) };
}
