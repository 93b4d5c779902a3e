import { z } from "zod";
import { parseNetwork } from "../../model/network.ts";
import type { Permits, Vendor, VendorRole } from "../../model/policy.ts";
import { flag, list, oneOf, slug, text, texts, type Field } from "./fields.ts";
import { maybe, section, withDefaults } from "./section.ts";

const PRESETS = ["read", "operate", "all"] as const;

const preset = oneOf(
  PRESETS,
  "read: get, list, watch, without secrets, exec, attach, port-forward and proxy. operate: everything but secrets. all: everything.",
);

const rule = section("One rule, as in Kubernetes RBAC. `*` stands for all.", {
  verbs: list(text("A verb."), "Verbs such as get, list, patch."),
  resources: list(text("A resource."), "Resources such as pods, or pods/log for a subresource."),
  apiGroups: list(
    z.string().max(253).describe("A group, empty for the core group."),
    "API groups. Every group where it is left out.",
  ).prefault([]),
  namespaces: texts("Namespaces. Every namespace where it is left out."),
});

const permits: Field<Permits> = z
  .union([
    preset,
    section("A preset, rules, or both: then what either permits.", {
      preset: maybe(preset),
      rules: list(rule, "Rules beside the preset.").prefault([]),
    }),
  ])
  .transform((value) =>
    typeof value === "string"
      ? { preset: value, rules: [] }
      : { preset: value.preset ?? null, rules: value.rules },
  )
  .describe("What the role permits. Without it only what the server refused is outside the role.");

const role: Field<VendorRole> = section("One role that the vendor's staff can have.", {
  name: text("The role's name, as the origin writes it."),
  kubernetesGroups: texts("Kubernetes groups that the role gives."),
  kubernetesUsers: texts("Shared Kubernetes users that the role's holders act as."),
  logins: texts("Logins on hosts that the role gives."),
  standing: flag("The role is given without a request, for good.").prefault(false),
  permits: maybe(permits),
  bindings: texts("ClusterRoles and bindings whose deletion ends the role's grants."),
}).transform(({ standing, permits, ...rest }) => ({
  ...rest,
  isStanding: standing,
  permits: permits ?? null,
}));

const network: Field<string> = z
  .string()
  .refine((value) => parseNetwork(value) !== null, {
    error: "must be an IP address or a network in CIDR without bits behind its prefix",
  })
  .describe("As in 203.0.113.0/24 or 2001:db8::/32.");

export const vendor: Field<Vendor> = section("One organization whose staff is let in.", {
  name: slug("The vendor's name; events of its staff carry it as a label."),
  users: texts(
    "Patterns of its people's names, in any origin. They match whole names; `*` stands for any characters.",
  ),
  teleport: withDefaults(
    section("How the vendor appears in Teleport.", {
      clusters: texts("Names of the vendor's root clusters."),
      leafClusters: texts("Names of its leaf clusters."),
      bots: texts("Names of its bots."),
    }),
  ),
  kubernetes: withDefaults(
    section("How the vendor appears in Kubernetes.", {
      impersonators: texts("Users by which its Teleport agents reach the API server."),
    }),
  ),
  roles: list(role, "Roles that its staff can have.").prefault([]),
  namespaces: texts("Namespaces that are swept for what it left behind."),
  networks: list(
    network,
    "Networks that its people come from. An action from elsewhere is the finding off-network; without them none is.",
  ).prefault([]),
}).transform(({ teleport, kubernetes, ...rest }) => ({ ...rest, ...teleport, ...kubernetes }));
