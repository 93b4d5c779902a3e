import type { KubernetesFacts, TeleportFacts } from "../../model/facts.ts";
import { MICROS_PER_MS, type Micros } from "../../model/time.ts";
import { apiRequestsAbout, around, lastStageAt } from "../evidence/api-requests.ts";
import { isProxiedFrom, NEAR, proxiedAbout, proxiedNames } from "../evidence/proxied-requests.ts";
import { requestKey } from "../hold/wait.ts";
import type { KnownVendor, Vendors } from "../identity/vendors.ts";
import { keyOf } from "../ledger/key.ts";
import type { ApiRequestDocument, ProxiedRequestDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { TIE } from "../ledger/nearest.ts";
import { apiCallOf, isTerminal } from "./api-request.ts";

/** What a join looks into. */
export interface JoinContext {
  readonly ledger: Ledger;
  readonly vendors: Vendors;
  /** Tolerance in microseconds. */
  readonly skew: Micros;
}

/** What Teleport's log says of a request to an API server (M4). */
export interface Proxied {
  readonly persons: readonly string[];
  /** All that the nearest records list. */
  readonly accessRequests: readonly string[];
  /** Between the two origins' times, rounded up. */
  readonly skewMs: number;
  /** Nothing nearer can be expected. */
  readonly isNear: boolean;
}

/**
 * The records of Teleport's root log that a vendor agent's request is joined to: a `kube.request` by person, method, path and the time
 * of the request's last stage; for exec and attach a session in the pod, by the time at which the request was received. Null where
 * none is near, or the nearest list no request.
 */
export function proxiedOf(
  context: JoinContext,
  facts: KubernetesFacts,
  vendor: KnownVendor,
): Proxied | null {
  const join = joinOf(context, facts, vendor);
  if (join === null) return null;
  const { at, nearest } = join;
  const accessRequests = [...new Set(nearest.flatMap((one) => one.accessRequests))];
  if (accessRequests.length === 0) return null;
  const naming = nearest.filter((one) => one.accessRequests.length > 0);
  const distance = Math.max(...naming.map((one) => Math.abs(one.at - at)));
  return {
    persons: [...new Set(naming.map(({ person }) => person))],
    accessRequests,
    skewMs: Math.ceil(distance / MICROS_PER_MS),
    isNear: distance <= NEAR && !(join.isCrowd && isLogBehind(context, facts, at)),
  };
}

/** Where somebody makes one call all the time, one is always near: its own has come when the log has come as far. */
function isLogBehind(
  { ledger, vendors, skew }: JoinContext,
  facts: KubernetesFacts,
  at: Micros,
): boolean {
  const call = apiCallOf(facts, vendors);
  return call !== null && !isProxiedFrom(ledger, [call.name, call.method, call.path], { at, skew });
}

/** How a request is joined, step by step. */
export interface ProxiedJoin {
  /** The time that Teleport's records are compared with. */
  readonly at: Micros;
  /** Sessions are looked for, and not a `kube.request`. */
  readonly isTerminal: boolean;
  /** There are so many that the candidates are the nearest of each kind alone. */
  readonly isCrowd: boolean;
  /** Within the tolerance, of the same person, method and path, or pod. */
  readonly candidates: readonly ProxiedRequestDocument[];
  readonly fitting: readonly ProxiedRequestDocument[];
  readonly nearest: readonly ProxiedRequestDocument[];
}

/** Null for what is not made as somebody else. */
export function joinOf(
  context: JoinContext,
  facts: KubernetesFacts,
  vendor: KnownVendor,
): ProxiedJoin | null {
  const call = apiCallOf(facts, context.vendors);
  if (call === null || facts.impersonated === null || isPodWatch(facts)) return null;
  const { ledger, skew } = context;
  const { cluster } = facts;
  const at = isTerminal(facts) ? facts.receivedAt : lastAtOf(context, facts);
  const { records: candidates, isCrowd } = isTerminal(facts)
    ? {
        records: sessionsIn(context, facts, { name: call.name, ...around(at, skew) }),
        isCrowd: false,
      }
    : proxiedAbout(ledger, [call.name, call.method, call.path], { at, skew });
  const isRemote = facts.impersonated.name !== call.name;
  const here = candidates.filter(({ kubernetesCluster: where }) => (where ?? cluster) === cluster);
  const listing = here.filter(({ groups }) => groups !== null);
  const wanted = groupsOf(vendor, facts.impersonated.groups);
  const fitting = isRemote
    ? candidates.filter(({ groups }) => groups === null)
    : firstOf([
        listing.filter((one) => isSame(groupsOf(vendor, one), wanted)),
        listing.filter((one) => doesHold(groupsOf(vendor, one), wanted)),
        here.filter(({ groups }) => groups === null),
      ]);
  const nearest = nearestOf(fitting, (one) => Math.abs(one.at - at));
  return { at, isTerminal: isTerminal(facts), isCrowd, candidates, fitting, nearest };
}

/** What the API server's log says of a `kube.request`. */
export interface JoinedRequest {
  readonly receivedAt: Micros;
  /** For want of a right, and not by admission (C3). */
  readonly isRefused: boolean;
}

/** The request that a `kube.request` is about, by the same rules. */
export function apiRequestOf(
  context: JoinContext,
  facts: TeleportFacts,
  vendor: KnownVendor,
): JoinedRequest | null {
  const { method, requestPath, time, kubernetesGroups } = facts;
  if (method === null || requestPath === null) return null;
  const { ledger, vendors, skew } = context;
  const candidates = proxiedNames(facts, vendors.personOf).flatMap((name) =>
    apiRequestsAbout(ledger, [name, method, requestPath], { at: time, skew }),
  );
  const isOnRoot = vendor.rootClusters.has(facts.cluster);
  const given = groupsOf(vendor, kubernetesGroups);
  const isSameAs = (one: ApiRequestDocument): boolean => isSame(given, groupsOf(vendor, one));
  const holdsThose = (one: ApiRequestDocument): boolean => doesHold(given, groupsOf(vendor, one));
  const isDirect = isOnRoot && kubernetesGroups.length > 0;
  const here = isDirect
    ? candidates.filter((one) => !one.isRemote && one.cluster === facts.kubernetesCluster)
    : candidates.filter((one) => one.isRemote || isOnRoot);
  const fitting =
    kubernetesGroups.length === 0
      ? firstOf([here.filter((one) => one.isRemote), here])
      : firstOf([here.filter(isSameAs), here.filter(holdsThose)]);
  const distance = (one: ApiRequestDocument): Micros => Math.abs(time - lastStageAt(one));
  const [first] = nearestOf(fitting, distance).toSorted((a, b) => a.receivedAt - b.receivedAt);
  return first ?? null;
}

/** Teleport writes no record of it: a near list of the same path is another request. */
function isPodWatch({ verb, object }: KubernetesFacts): boolean {
  return verb === "watch" && object?.resource === "pods" && object.subresource === "";
}

function lastAtOf({ ledger }: JoinContext, facts: KubernetesFacts): Micros {
  const own = facts.stageAt ?? facts.receivedAt;
  const request = ledger.apiRequests.get(requestKey(facts));
  return request === null ? own : Math.max(own, lastStageAt(request));
}

/** Sessions in the pod that began about then, in the shape of what they are compared with. */
function sessionsIn(
  { ledger, vendors }: JoinContext,
  { object }: KubernetesFacts,
  of: { readonly name: string; readonly from: Micros; readonly to: Micros },
): readonly ProxiedRequestDocument[] {
  const pod = [of.name, object?.namespace ?? "", object?.name ?? ""] as const;
  return ledger.sessionsOfPod
    .range(keyOf(...pod, of.from), keyOf(...pod, of.to + 1))
    .flatMap((key) => {
      const session = ledger.sessions.get(key);
      if (session === null || session.start === null || session.person === null) return [];
      if (session.start < of.from || session.start > of.to) return [];
      if (vendors.ofRootCluster(session.cluster) === null) return [];
      return {
        eventId: session.id,
        at: session.start,
        person: session.person,
        accessRequests: session.accessRequests,
        groups: session.kubernetesGroups.length > 0 ? session.kubernetesGroups : null,
        kubernetesCluster: session.kubernetesCluster,
      };
    });
}

/** Groups of the vendor's roles. */
function groupsOf(
  vendor: KnownVendor,
  of: readonly string[] | { readonly groups: readonly string[] | null },
): ReadonlySet<string> {
  const groups = "groups" in of ? (of.groups ?? []) : of;
  return new Set(groups.filter((group) => vendor.groups.has(group)));
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && doesHold(a, b);
}

/** A client may narrow its groups. */
function doesHold(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...b].every((group) => a.has(group));
}

function firstOf<T>(tiers: readonly (readonly T[])[]): readonly T[] {
  return tiers.find((tier) => tier.length > 0) ?? [];
}

function nearestOf<T>(candidates: readonly T[], distance: (one: T) => Micros): readonly T[] {
  const least = candidates.reduce((min, one) => Math.min(min, distance(one)), Infinity);
  return candidates.filter((one) => distance(one) - least <= TIE);
}
