import type { TimedGrant } from "../grants/derive.ts";
import { isPerhapsOpenAt } from "../grants/derive.ts";
import type { Grants } from "../grants/grants.ts";
import { isBoundElsewhere } from "../grants/resources.ts";
import type { VendorAction } from "./action.ts";

/** All requests of the action's principal; for a shared name, of everybody who has one of its roles (M5). */
export function requestsOf(action: VendorAction, grants: Grants): readonly TimedGrant[] {
  if (action.sharedRoles.length === 0)
    return grants.ofPerson(action.principal, action.cluster, action.judgedAt).filter(
      ({ grant }) =>
        // The vendor of a snapshot chooses the names in it: they must not be another vendor's people.
        grant.kind !== "support-access" || grant.vendor === action.vendor.name,
    );
  const all = action.sharedRoles.flatMap((role) =>
    grants.ofRole(role.name, action.cluster, action.judgedAt),
  );
  return [...new Map(all.map((timed) => [timed.grant.id, timed])).values()].filter(({ grant }) =>
    action.vendor.isPerson(grant.principal),
  );
}

/** M5: the grants that are open, or may be (G4), on the action's cluster, narrowed by role; for SSH, by login. */
export function openWindow(
  action: VendorAction,
  requests: readonly TimedGrant[],
): readonly TimedGrant[] {
  return narrowByGroups(action, openOnes(action, requests));
}

/** The same before they are narrowed. */
export function openOnes(
  action: VendorAction,
  requests: readonly TimedGrant[],
): readonly TimedGrant[] {
  return requests.filter(
    (timed) =>
      isPerhapsOpenAt(timed, action.judgedAt) && !isBoundElsewhere(timed.grant, action.reached),
  );
}

/** Those whose roles give all the groups; if none does, those that give some; if none does, all (C6). */
export function fitting(
  action: VendorAction,
  requests: readonly TimedGrant[],
): readonly TimedGrant[] {
  if (action.login !== null) return narrowByLogin(action, requests);
  const wanted = action.groups;
  const giving = requests.map((timed) => ({ timed, gives: groupsOf(action, timed) }));
  const all = giving.filter(({ gives }) => wanted.every((group) => gives.has(group)));
  if (wanted.length > 0 && all.length > 0) return all.map(({ timed }) => timed);
  const some = giving.filter(({ gives }) => wanted.some((group) => gives.has(group)));
  return some.length > 0 ? some.map(({ timed }) => timed) : requests;
}

/** SSH: the grants whose roles allow the login; all, where none does. */
function narrowByLogin(action: VendorAction, grants: readonly TimedGrant[]): readonly TimedGrant[] {
  const fit = grants.filter(({ grant }) =>
    grant.roles.some((role) => action.vendor.roles.get(role)?.logins.includes(action.login ?? "")),
  );
  return fit.length > 0 ? fit : grants;
}

/**
 * The union of the minimal sets of grants whose roles give all the groups. A grant is in such a set when it gives a group that the
 * others of the set do not: when the groups that it does not give can all be had from grants that do not give that one either.
 */
function narrowByGroups(
  action: VendorAction,
  grants: readonly TimedGrant[],
): readonly TimedGrant[] {
  const wanted = action.groups;
  const giving = grants.map((timed) => ({ timed, gives: groupsOf(action, timed) }));
  const isComplete = wanted.every((group) => giving.some(({ gives }) => gives.has(group)));
  if (!isComplete || wanted.length === 0) return fitting(action, grants);
  const needed = giving.filter(({ gives }) => {
    const others = wanted.filter((group) => !gives.has(group));
    return wanted.some(
      (own) =>
        gives.has(own) &&
        others.every((other) =>
          giving.some((helper) => helper.gives.has(other) && !helper.gives.has(own)),
        ),
    );
  });
  return needed.map(({ timed }) => timed);
}

/** Groups that the grant's roles give, by the configuration. */
function groupsOf(action: VendorAction, { grant }: TimedGrant): ReadonlySet<string> {
  return new Set(
    grant.roles.flatMap((role) => action.vendor.roles.get(role)?.kubernetesGroups ?? []),
  );
}
