import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { TeleportFacts } from "../../model/facts.ts";
import { waitKey } from "../hold/wait.ts";
import { keyOf } from "../ledger/key.ts";
import type { ProxiedRequestDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import {
  type Call,
  classOf,
  CROWD,
  type NearRow,
  nearestOfEachClass,
  putNear,
  reachOf,
  TIE,
} from "../ledger/nearest.ts";
import { MICROS_PER_MS, type Micros } from "../../model/time.ts";
import type { EvidenceContext } from "./context.ts";

/**
 * Adds a `kube.request` of a vendor's root cluster (M4). A leaf's own record names no requests, and the root's record of the same call
 * has them.
 */
export function foldProxiedRequest(
  context: EvidenceContext,
  event: AuditEvent,
  facts: TeleportFacts,
): void {
  const { vendors, ledger } = context;
  const { method, requestPath, user } = facts;
  if (user === null || method === null || requestPath === null) return;
  if (vendors.ofRootCluster(facts.cluster) === null) return;
  const request: ProxiedRequestDocument = {
    eventId: event.id,
    at: facts.time,
    person: vendors.personOf(user),
    accessRequests: facts.accessRequests ?? [],
    groups: facts.kubernetesGroups.length > 0 ? facts.kubernetesGroups : null,
    kubernetesCluster: facts.kubernetesCluster,
  };
  const row = rowOf(request);
  for (const name of proxiedNames(facts, vendors.personOf)) {
    const call = [name, method, requestPath] as const;
    ledger.proxiedRequests.put(keyOf(...call, facts.time, event.id), request);
    putNear(ledger.proxiedByClass, call, row);
    const reach = reachOf(ledger.proxiedByClass, call, row, { skew: context.skew, tie: TIE });
    const { isCrowd } = proxiedAbout(ledger, call, { at: facts.time, skew: context.skew });
    const wakes = { from: facts.time - NEAR, to: facts.time + (isCrowd ? 0 : NEAR) };
    context.arrived(waitKey.api({ name, method, path: requestPath }), { ...reach, wakes });
  }
}

/** Teleport writes its record within this, as measured; what is farther away may have a nearer one still to come. */
export const NEAR: Micros = 100 * MICROS_PER_MS;

/** Whether a record of a call is there from a time on, within the tolerance. */
export function isProxiedFrom(
  { proxiedRequests }: Pick<Ledger, "proxiedRequests">,
  call: Call,
  { at, skew }: { readonly at: Micros; readonly skew: Micros },
): boolean {
  return proxiedRequests.edge("first", keyOf(...call, at), keyOf(...call, at + skew + 1)) !== null;
}

/** What a join compares beside the time (M4). */
function rowOf({ eventId, at, groups, kubernetesCluster }: ProxiedRequestDocument): NearRow {
  return { class: classOf(groups?.toSorted() ?? null, kubernetesCluster), at, key: eventId };
}

/** Records of a call within the tolerance; where there are very many, those that can be the nearest. */
export function proxiedAbout(
  ledger: Pick<Ledger, "proxiedRequests" | "proxiedByClass">,
  call: Call,
  { at, skew }: { readonly at: Micros; readonly skew: Micros },
): { readonly records: readonly ProxiedRequestDocument[]; readonly isCrowd: boolean } {
  const { proxiedRequests, proxiedByClass } = ledger;
  const [from, to] = [keyOf(...call, at - skew), keyOf(...call, at + skew + 1)];
  const all = proxiedRequests.range(from, to, CROWD + 1);
  if (all.length <= CROWD) return { records: all, isCrowd: false };
  const rows = nearestOfEachClass(proxiedByClass, call, { at, skew, tie: TIE });
  const records = rows.flatMap((row) => proxiedRequests.get(keyOf(...call, row.at, row.key)) ?? []);
  return { records, isCrowd: true };
}

/** As whom the request reached the API server: the Kubernetes users where the record lists them, else the user. */
export function proxiedNames(
  facts: Pick<TeleportFacts, "user" | "kubernetesUsers">,
  personOf: (name: string) => string,
): readonly string[] {
  const names = facts.kubernetesUsers.length > 0 ? facts.kubernetesUsers : [facts.user ?? ""];
  return [...new Set(names.map((name) => personOf(name)))];
}
