import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { TeleportFacts } from "../../model/facts.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf } from "../ledger/key.ts";
import { around } from "./api-requests.ts";
import type { EvidenceContext } from "./context.ts";

/**
 * Adds a `kube.request` of a vendor's root cluster (M4). A leaf's own record names no requests, and the root's record of the same call
 * has them.
 */
export function foldProxiedRequest(
  context: EvidenceContext,
  event: AuditEvent,
  facts: TeleportFacts,
): void {
  const { vendors, ledger } = context;
  const { method, requestPath, user } = facts;
  if (user === null || method === null || requestPath === null) return;
  if (vendors.ofRootCluster(facts.cluster) === null) return;
  const person = vendors.personOf(user);
  for (const name of proxiedNames(facts, vendors.personOf)) {
    ledger.proxiedRequests.put(keyOf(name, method, requestPath, facts.time, event.id), {
      eventId: event.id,
      at: facts.time,
      person,
      accessRequests: facts.accessRequests ?? [],
      groups: facts.kubernetesGroups.length > 0 ? facts.kubernetesGroups : null,
      kubernetesCluster: facts.kubernetesCluster,
    });
    context.arrived(
      waitKey.api({ name, method, path: requestPath }),
      around(facts.time, context.skew),
    );
  }
}

/** As whom the request reached the API server: the Kubernetes users where the record lists them, else the user. */
export function proxiedNames(
  facts: Pick<TeleportFacts, "user" | "kubernetesUsers">,
  personOf: (name: string) => string,
): readonly string[] {
  const names = facts.kubernetesUsers.length > 0 ? facts.kubernetesUsers : [facts.user ?? ""];
  return [...new Set(names.map((name) => personOf(name)))];
}
