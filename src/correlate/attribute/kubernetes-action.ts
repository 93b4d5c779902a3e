import type { KubernetesFacts, KubernetesUser } from "../../model/facts.ts";
import type { VendorRole } from "../../model/policy.ts";
import type { KnownVendor } from "../identity/vendors.ts";
import type { Proxied } from "./proxied.ts";
import { isRefused } from "./api-request.ts";
import { vendorGroups, type VendorAction } from "./action.ts";

/** Who acts, by which the grants are found. */
export interface KubernetesPrincipal {
  readonly vendor: KnownVendor;
  readonly name: string;
  readonly sharedRoles: readonly VendorRole[];
  /** Whose groups count: under an agent, which says who acts, the impersonated user's; else the credential's own. */
  readonly credential: KubernetesUser;
  /** It acts as somebody else on its own account: what it asks for by that is a claim, and never standing. */
  readonly isImpersonating: boolean;
  /** What Teleport's log says of the request (M4). */
  readonly proxied: Proxied | null;
}

/**
 * A Kubernetes event as an action. Its user extras and addresses say nothing that decides: the
 * client may have written them.
 */
export function kubernetesAction(
  facts: KubernetesFacts,
  principal: KubernetesPrincipal,
): VendorAction {
  const { vendor, name, credential, proxied } = principal;
  const [only] = proxied?.persons ?? [];
  const isOne = proxied?.persons.length === 1 && only !== undefined;
  const { groups, isOnlyStanding } = vendorGroups(vendor, credential.groups);
  return {
    vendor,
    principal: isOne ? only : name,
    sharedRoles: isOne ? [] : principal.sharedRoles,
    judgedAt: facts.receivedAt,
    cluster: facts.cluster,
    reached: { kind: "kube_cluster", names: [facts.cluster] },
    groups,
    isOnlyStanding: isOnlyStanding && !principal.isImpersonating,
    login: null,
    named: proxied?.accessRequests ?? [],
    namedBy: "proxied",
    persons: proxied?.persons ?? [name],
    skewMs: proxied?.skewMs ?? null,
    isNear: proxied?.isNear ?? true,
    isOnRootCluster: false,
    isSessionAwaited: false,
    request: {
      verb: facts.verb,
      apiGroup: facts.object?.apiGroup ?? "",
      resource: facts.object?.resource ?? null,
      subresource: facts.object?.subresource ?? "",
      namespace: facts.object?.namespace ?? "",
    },
    isRefused: isRefused(facts),
  };
}
