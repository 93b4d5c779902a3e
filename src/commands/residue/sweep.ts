import type { Policy, Vendor } from "../../model/policy.ts";

/** Commands that end a vendor's access for good, and look for what no audit trail tells. */
export interface Sweep {
  readonly vendor: string;
  readonly steps: readonly SweepStep[];
}

export interface SweepStep {
  readonly title: string;
  readonly commands: readonly (readonly string[])[];
}

/** Groups of Crusoe's support roles, which its chart binds. */
const CRUSOE_GROUPS = "crusoe:support:";
/** Namespaces that its support roles reach, as its documentation lists them. */
const CRUSOE_NAMESPACES = [
  "crusoe-system",
  "kube-system",
  "nvidia-gpu-operator",
  "nvidia-network-operator",
  "kube-amd-gpu",
  "kube-amd-network",
  "slinky",
  "slurm",
];
const CHART = ["--namespace=crusoe-system"];

export function sweepsOf(policy: Policy, clusters: readonly string[]): readonly Sweep[] {
  return policy.vendors
    .map((vendor) => ({ vendor: vendor.name, steps: stepsOf(vendor, clusters) }))
    .filter(({ steps }) => steps.length > 0);
}

function stepsOf(vendor: Vendor, clusters: readonly string[]): readonly SweepStep[] {
  const isCrusoe = vendor.roles.some(({ kubernetesGroups }) =>
    kubernetesGroups.some((group) => group.startsWith(CRUSOE_GROUPS)),
  );
  const named = vendor.namespaces;
  const namespaces = named.length === 0 && isCrusoe ? CRUSOE_NAMESPACES : named;
  const bindings = [...new Set(vendor.roles.flatMap((role) => role.bindings))];
  const steps: readonly SweepStep[] = [
    {
      title:
        "Look for pods that nobody knows: node-shell-*, node-debugger-*, nsenter-*, debug pods",
      commands: namespaces.map((name) => [
        "kubectl",
        "get",
        "pods",
        `--namespace=${name}`,
        "--sort-by=.metadata.creationTimestamp",
      ]),
    },
    {
      title: "Remove the roles and bindings by which the vendor reaches the cluster",
      commands: bindings.flatMap((name) => removeBinding(name, namespaces)),
    },
    {
      title: "Verify that none of them is left",
      commands: bindings.flatMap(findBinding),
    },
  ];
  return [...steps, ...(isCrusoe ? supportAccess(clusters) : [])].filter(
    ({ commands }) => commands.length > 0,
  );
}

/** A configured name may be a role's or a binding's, of the cluster or of a namespace. */
function removeBinding(
  name: string,
  namespaces: readonly string[],
): readonly (readonly string[])[] {
  const remove = (kinds: readonly string[], within: readonly string[]): readonly string[] => [
    "kubectl",
    "delete",
    ...kinds.map((kind) => `${kind}.rbac.authorization.k8s.io/${name}`),
    ...within,
    "--ignore-not-found",
  ];
  return [
    remove(["clusterrolebindings", "clusterroles"], []),
    ...namespaces.map((each) => remove(["rolebindings", "roles"], [`--namespace=${each}`])),
  ];
}

function findBinding(name: string): readonly (readonly string[])[] {
  const of = (kinds: string, ...more: readonly string[]): readonly string[] => [
    "kubectl",
    "get",
    kinds,
    ...more,
    `--field-selector=metadata.name=${name}`,
  ];
  return [of("clusterrolebindings,clusterroles"), of("rolebindings,roles", "--all-namespaces")];
}

/** As Crusoe documents it: what is disabled goes on with the certificates that were issued until its roles are gone. */
function supportAccess(clusters: readonly string[]): readonly SweepStep[] {
  const ask = (what: string): readonly (readonly string[])[] =>
    clusters.map((cluster) => [
      "crusoe",
      "kubernetes",
      "clusters",
      "support-access",
      what,
      cluster,
    ]);
  return [
    { title: "Keep new support sessions from beginning", commands: ask("disable") },
    {
      title: "Remove the chart, and with it what issued certificates are allowed to do",
      commands: [["helm", "uninstall", "crusoe-support-roles", ...CHART]],
    },
    {
      title: "Verify that both are gone",
      commands: [...ask("get"), ["helm", "list", ...CHART]],
    },
  ];
}
