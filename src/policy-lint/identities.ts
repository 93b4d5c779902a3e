import type { Vendor } from "../model/policy.ts";
import type { AuditPolicy, PolicyRequest } from "./audit-policy.ts";

/** Somebody as an audit policy sees them: the impersonator, never the impersonated. */
export interface Identity {
  readonly label: string;
  readonly user: PolicyRequest["user"];
  /** How a rule picks them out; empty where it cannot, and is for everybody. */
  readonly pickedBy: {
    readonly users?: readonly string[];
    readonly userGroups?: readonly string[];
  };
}

const AUTHENTICATED = "system:authenticated";
const SERVICE_ACCOUNT = "system:serviceaccount:";
/** In the place of a pattern's star. */
const SOMEBODY = "somebody";

/** Names that the policy has, and what the configuration says of one. */
export interface Known {
  readonly vendors: readonly Vendor[];
  readonly policy: AuditPolicy;
  readonly isVendorPerson: (name: string) => boolean;
}

/** The vendors' agents, their people by the groups of their roles, and those of their people whom the policy names. */
export function identitiesOf({ vendors, policy, isVendorPerson }: Known): readonly Identity[] {
  const named = new Set(policy.rules.flatMap(({ users }) => users).filter(isVendorPerson));
  const all = vendors.flatMap((vendor) => [...vendor.impersonators.map(agent), ...people(vendor)]);
  const byName = [...named].map((name) => ({ ...person(name, name), pickedBy: { users: [name] } }));
  return [...unique(all), ...byName];
}

function agent(name: string): Identity {
  const namespace = name.startsWith(SERVICE_ACCOUNT) ? name.split(":")[2] : undefined;
  const own =
    namespace === undefined
      ? []
      : ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
  return {
    label: name,
    user: { name, groups: [...own, AUTHENTICATED] },
    pickedBy: { users: [name] },
  };
}

/** Names are patterns or, of certificates, unknown, and no rule of a policy can name a pattern: groups pick people out. */
function people(vendor: Vendor): Identity[] {
  const name = (vendor.users[0] ?? SOMEBODY).replaceAll("*", SOMEBODY);
  const groups = new Set(vendor.roles.flatMap((role) => role.kubernetesGroups));
  const byGroup = [...groups].map((group): Identity => ({
    label: `${vendor.name}'s people with the group ${group}`,
    user: { name, groups: [group, AUTHENTICATED] },
    pickedBy: { userGroups: [group] },
  }));
  const isWithoutGroup = groups.size === 0 && vendor.impersonators.length === 0;
  return isWithoutGroup && vendor.users.length > 0
    ? [person(`${vendor.name}'s people`, name)]
    : byGroup;
}

function person(label: string, name: string): Identity {
  return { label, user: { name, groups: [AUTHENTICATED] }, pickedBy: {} };
}

function unique(identities: readonly Identity[]): readonly Identity[] {
  return [...new Map(identities.map((identity) => [identity.label, identity])).values()];
}
