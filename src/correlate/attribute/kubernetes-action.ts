import type { KubernetesFacts, KubernetesUser } from "../../model/facts.ts";
import type { VendorRole } from "../../model/policy.ts";
import type { KnownVendor } from "../identity/vendors.ts";
import { vendorGroups, type VendorAction } from "./action.ts";

/** Who acts, by which the grants are found. */
export interface KubernetesPrincipal {
  readonly vendor: KnownVendor;
  readonly name: string;
  readonly sharedRoles: readonly VendorRole[];
  /** The user that the request was made as: its groups are those that count. */
  readonly effective: KubernetesUser;
}

/**
 * A Kubernetes event as an action. Its user extras and addresses say nothing that decides: the
 * client may have written them.
 */
export function kubernetesAction(
  facts: KubernetesFacts,
  principal: KubernetesPrincipal,
): VendorAction {
  const { vendor, name, sharedRoles, effective } = principal;
  return {
    vendor,
    principal: name,
    sharedRoles,
    judgedAt: facts.receivedAt,
    cluster: facts.cluster,
    reached: { kind: "kube_cluster", names: [facts.cluster] },
    ...vendorGroups(vendor, effective.groups),
    login: null,
    named: [],
    namedBy: "named",
    isOnRootCluster: false,
    isSessionAwaited: false,
    request: {
      verb: facts.verb,
      apiGroup: facts.object?.apiGroup ?? "",
      resource: facts.object?.resource ?? null,
      subresource: facts.object?.subresource ?? "",
      namespace: facts.object?.namespace ?? "",
    },
    isRefused: facts.code === 403 && facts.decision !== "allow",
  };
}
