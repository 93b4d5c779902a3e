import type { Micros } from "../../model/time.ts";
import type { VendorRole } from "../../model/policy.ts";
import type { PermitRequest } from "../judge/permits.ts";
import type { Reached } from "../grants/resources.ts";
import type { KnownVendor } from "../identity/vendors.ts";

/** A vendor's action, as far as its verdict depends on it; the same for every origin. */
export interface VendorAction {
  readonly vendor: KnownVendor;
  /** One person's name, or the name that several share. */
  readonly principal: string;
  /** The roles whose holders share the name; empty for one person. */
  readonly sharedRoles: readonly VendorRole[];
  /** C1. */
  readonly judgedAt: Micros;
  /** Where Kubernetes is reached: G3's bindings are those of this cluster. */
  readonly cluster: string | null;
  readonly reached: Reached | null;
  /** Groups of the vendor's roles that the action carries, standing roles' left out. */
  readonly groups: readonly string[];
  /** It carries groups of standing roles, and of no other. */
  readonly isOnlyStanding: boolean;
  readonly login: string | null;
  /** Ids that the event, its session or Teleport's record of the same request lists, by which method. */
  readonly named: readonly string[];
  readonly namedBy: "named" | "session" | "credential" | "proxied";
  /** Persons whose requests count where ids are named: the principal, or who of those that share a name it was. */
  readonly persons: readonly string[];
  /** How far apart two origins put it, where a join by time was made. */
  readonly skewMs: number | null;
  /** What the join found is so near that nothing nearer can be expected. */
  readonly isNear: boolean;
  /** On a root cluster ids would stand on the event: their absence says that none were used. */
  readonly isOnRootCluster: boolean;
  /** It belongs to a session whose start was not read yet. */
  readonly isSessionAwaited: boolean;
  /** What was asked of Kubernetes; null elsewhere: roles permit what is asked of Kubernetes alone. */
  readonly request: PermitRequest | null;
  /** The server refused it for want of a right (C3). */
  readonly isRefused: boolean;
}

/** Splits the groups of an action into what its vendor's roles give. */
export function vendorGroups(
  vendor: KnownVendor,
  groups: readonly string[],
): Pick<VendorAction, "groups" | "isOnlyStanding"> {
  const own = groups.filter((group) => vendor.groups.has(group));
  const granted = own.filter((group) => !vendor.standingGroups.has(group));
  return { groups: granted, isOnlyStanding: own.length > 0 && granted.length === 0 };
}
