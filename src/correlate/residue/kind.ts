import type { Leftover } from "./leftovers.ts";

/** Kinds as Kubernetes writes them, for records whose bodies were not logged: their path has the plural alone. */
const KINDS = new Map(
  [
    "Pod",
    "Service",
    "ServiceAccount",
    "ConfigMap",
    "Secret",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ReplicationController",
    "PodTemplate",
    "LimitRange",
    "ResourceQuota",
    "Deployment",
    "DaemonSet",
    "StatefulSet",
    "ReplicaSet",
    "ControllerRevision",
    "Job",
    "CronJob",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "CertificateSigningRequest",
    "Lease",
    "NetworkPolicy",
    "Ingress",
    "IngressClass",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "PriorityClass",
    "StorageClass",
    "VolumeAttachment",
    "EndpointSlice",
    "CustomResourceDefinition",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "APIService",
    "RuntimeClass",
  ].map((kind) => [pluralOf(kind.toLowerCase()), kind] as const),
);

/** The kind of what is left; the path's plural where nobody says more. */
export function kindOf({ what, kind, object }: Leftover): string {
  if (what === "debug-container") return "EphemeralContainer";
  if (what === "token") return "ServiceAccountToken";
  return KINDS.get(object.resource) ?? kind ?? object.resource;
}

/** As Kubernetes guesses a resource from its kind (apimachinery, UnsafeGuessKindToResource). */
export function pluralOf(kind: string): string {
  if (kind.endsWith("s")) return `${kind}es`;
  return kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}
