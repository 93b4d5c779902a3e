import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { KubernetesFacts } from "../../model/facts.ts";
import type { Policy } from "../../model/policy.ts";
import { grantIdsOfRole } from "../grants/grant-ids.ts";
import { isDryRun } from "../dry-run.ts";
import { keyOf } from "../ledger/key.ts";
import type { EvidenceContext } from "./context.ts";
import { tellGrant } from "./requests.ts";

/** Resources of rbac.authorization.k8s.io by which a role reaches Kubernetes. */
const BINDING_KINDS = new Set(["clusterroles", "clusterrolebindings", "roles", "rolebindings"]);

/** Recognizes the deletion of a ClusterRole or binding that a role's configuration lists in `bindings` (G3), by anybody. */
export interface Bindings {
  /** Cheap enough for every event. */
  isDeletion(facts: KubernetesFacts): boolean;
  /** The same by the event alone, without its facts, for the start. */
  mayBeDeletion(event: AuditEvent): boolean;
  fold(context: EvidenceContext, event: AuditEvent, facts: KubernetesFacts): void;
}

export function createBindings(policy: Policy): Bindings {
  const rolesOf = new Map<string, string[]>();
  for (const role of policy.vendors.flatMap((vendor) => vendor.roles))
    for (const binding of role.bindings)
      rolesOf.set(binding, [...(rolesOf.get(binding) ?? []), role.name]);
  const names = new Set(rolesOf.keys());
  return {
    isDeletion: (facts) =>
      names.size > 0 &&
      facts.verb === "delete" &&
      facts.object !== null &&
      BINDING_KINDS.has(facts.object.resource) &&
      names.has(facts.object.name) &&
      (facts.code ?? 0) >= 200 &&
      (facts.code ?? 0) < 300 &&
      !isDryRun(facts.requestUri),
    mayBeDeletion: (event) => event.action.name === "delete" && names.has(event.target.name ?? ""),
    fold: (context, event, facts) => {
      const name = facts.object?.name ?? "";
      const key = keyOf(facts.cluster, name, facts.receivedAt, event.id);
      context.ledger.bindingDeletions.put(key, { at: facts.receivedAt, eventId: event.id });
      context.grants.allChanged();
      for (const role of rolesOf.get(name) ?? [])
        for (const id of grantIdsOfRole(context.ledger, role))
          tellGrant(context, id, facts.receivedAt);
    },
  };
}
