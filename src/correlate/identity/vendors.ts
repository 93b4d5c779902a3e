import type { KubernetesUser } from "../../model/facts.ts";
import { type Network, parseNetwork } from "../../model/network.ts";
import type { Policy, Vendor, VendorRole } from "../../model/policy.ts";
import { compilePatterns } from "./patterns.ts";
import type { MadeCredential } from "./credentials.ts";
import { createPersons } from "./persons.ts";

/** A vendor with its configuration made ready to ask. */
export interface KnownVendor {
  readonly name: string;
  readonly roles: ReadonlyMap<string, VendorRole>;
  readonly standingRoles: readonly VendorRole[];
  /** Groups of any of its roles. */
  readonly groups: ReadonlySet<string>;
  /** Groups of its standing roles that no other role gives. */
  readonly standingGroups: ReadonlySet<string>;
  readonly rootClusters: ReadonlySet<string>;
  /** Where its people come from; empty where the configuration says nothing about that. */
  readonly networks: readonly Network[];
  /** Whether people of this Teleport cluster may reach what the vendor's agents reach: a root, a leaf, or any where none is named. */
  isOwnCluster(cluster: string): boolean;
  isPerson(name: string): boolean;
  /** The roles of which this Kubernetes user is a shared name. */
  rolesOfKubernetesUser(name: string): readonly VendorRole[];
}

/** Whose an authenticated Kubernetes user is: an agent acts for others, a principal for itself. */
export interface KnownUser {
  readonly vendor: KnownVendor;
  readonly kind: "agent" | "principal";
}

/** The same where the credential alone tells: a vendor's action made it. */
export interface KnownCredential {
  readonly vendor: KnownVendor;
  readonly kind: "credential";
  readonly made: MadeCredential;
}

/** Answers whose a name is, by the configuration alone. */
export interface Vendors {
  readonly all: readonly KnownVendor[];
  /** W1 (a), (b), (c) for the authenticated user of a Kubernetes event; null for everybody else's. On every event's path. */
  ofUser(user: KubernetesUser): KnownUser | null;
  /** W1 (b) for the user of a Teleport event, as a person's one name. */
  ofPerson(person: string): KnownVendor | null;
  /** The vendor whose root cluster this is. */
  ofRootCluster(cluster: string): KnownVendor | null;
  /** The vendor that has the first of these roles that any vendor has. */
  ofRole(roles: readonly string[]): KnownVendor | null;
  /** Whether the cluster is a root or a leaf of any vendor. */
  isVendorCluster(cluster: string): boolean;
  byName(name: string): KnownVendor | null;
  /** One of the organization's own people, who may use the same Teleport (W4). */
  isOrganizationUser(person: string): boolean;
  /** The one name of a person (W2). */
  readonly personOf: (name: string) => string;
}

/** Names whose answer is remembered, and their length; beyond it all are forgotten, since names are hostile. */
const NAMES_MAX = 20_000;
const NAME_LENGTH_MAX = 256;

/** Patterns are compiled and groups are indexed once; a verdict asks on every event. */
export function createVendors(policy: Policy): Vendors {
  const personOf = createPersons(policy);
  const all = policy.vendors.map(knownVendor);
  const byAgent = firstOf(policy.vendors, all, (vendor) => vendor.impersonators);
  const byGroup = firstOf(policy.vendors, all, (vendor) =>
    vendor.roles.flatMap((role) => role.kubernetesGroups),
  );
  const byRootCluster = firstOf(policy.vendors, all, (vendor) => vendor.clusters);
  const clusters = new Set(policy.vendors.flatMap((v) => [...v.clusters, ...v.leafClusters]));
  const remembered = new Map<string, KnownUser | null>();

  const ofPerson = (person: string): KnownVendor | null =>
    all.find((vendor) => vendor.isPerson(person)) ?? null;

  function ofName(name: string): KnownUser | null {
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const agentOf = byAgent.get(name);
    const vendor = agentOf ?? ofPerson(personOf(name));
    const found: KnownUser | null =
      vendor === null ? null : { vendor, kind: agentOf === undefined ? "principal" : "agent" };
    if (remembered.size >= NAMES_MAX) remembered.clear();
    if (name.length <= NAME_LENGTH_MAX) remembered.set(name, found);
    return found;
  }

  function ofGroups(groups: readonly string[]): KnownUser | null {
    for (const group of groups) {
      const vendor = byGroup.get(group);
      if (vendor !== undefined) return { vendor, kind: "principal" };
    }
    return null;
  }

  return {
    all,
    ofUser: (user) => ofName(user.name) ?? ofGroups(user.groups),
    ofPerson,
    ofRootCluster: (cluster) => byRootCluster.get(cluster) ?? null,
    ofRole: (roles) => {
      for (const role of roles) {
        const vendor = all.find((one) => one.roles.has(role));
        if (vendor !== undefined) return vendor;
      }
      return null;
    },
    isVendorCluster: (cluster) => clusters.has(cluster),
    byName: (name) => all.find((vendor) => vendor.name === name) ?? null,
    isOrganizationUser: compilePatterns(policy.organizationUsers),
    personOf,
  };
}

/** A group that a standing role and another one give says nothing of standing. */
function knownVendor(vendor: Vendor): KnownVendor {
  const isUser = compilePatterns([...vendor.users, ...vendor.bots]);
  const granted = new Set(
    vendor.roles.filter((role) => !role.isStanding).flatMap((role) => role.kubernetesGroups),
  );
  const clusters = new Set([...vendor.clusters, ...vendor.leafClusters]);
  const standingRoles = vendor.roles.filter((role) => role.isStanding);
  return {
    name: vendor.name,
    roles: new Map(vendor.roles.map((role) => [role.name, role])),
    standingRoles,
    groups: new Set(vendor.roles.flatMap((role) => role.kubernetesGroups)),
    standingGroups: new Set(
      standingRoles.flatMap((role) => role.kubernetesGroups).filter((group) => !granted.has(group)),
    ),
    rootClusters: new Set(vendor.clusters),
    networks: vendor.networks.map(parseNetwork).filter((network) => network !== null),
    isOwnCluster: (cluster) => clusters.size === 0 || clusters.has(cluster),
    isPerson: isUser,
    rolesOfKubernetesUser: (name) =>
      vendor.roles.filter((role) => role.kubernetesUsers.includes(name)),
  };
}

/** Names to vendors; where two vendors configure the same name, the first one has it. */
function firstOf(
  vendors: readonly Vendor[],
  known: readonly KnownVendor[],
  namesOf: (vendor: Vendor) => readonly string[],
): ReadonlyMap<string, KnownVendor> {
  const map = new Map<string, KnownVendor>();
  for (const [index, vendor] of vendors.entries())
    for (const name of namesOf(vendor)) {
      const first = known[index];
      if (first !== undefined && !map.has(name)) map.set(name, first);
    }
  return map;
}
