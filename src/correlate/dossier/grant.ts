import type { DossierGrant, DossierInterval, Instant } from "../../model/dossier.ts";
import type { Grant, GrantInterval } from "../../model/generated/grant.ts";
import { formatTime, type Micros } from "../../model/time.ts";
import type { Grants } from "../grants/grants.ts";
import type { JudgedDocument } from "../ledger/kinds.ts";
import { canonicalJson } from "./canonical.ts";

/** The grant as the dossier has it. Its state is that of its end, which is not a matter of when one looks. */
export function dossierGrant(
  grant: Grant,
  { grants, documents }: { readonly grants: Grants; readonly documents: readonly JudgedDocument[] },
): DossierGrant {
  const intervals = grant.intervals.map(dossierInterval);
  return {
    id: grant.id,
    kind: grant.kind,
    vendor: grant.vendor,
    cluster: grant.cluster,
    principal: grant.principal,
    rolesRequested: grant.rolesRequested,
    roles: grant.roles,
    resources: grant.resources.map(({ cluster, kind, name }) => ({ cluster, kind, name })),
    reason: grant.reason,
    requestedAt: instant(grant.requestedAt),
    decisions: grant.decisions.map(({ by, at, state, isDeciding, eventId }) => ({
      by,
      at: formatTime(at),
      state,
      isDeciding,
      eventId,
    })),
    intervals,
    onClusters: clustersOf(documents).flatMap((cluster) => {
      const there = grants.byId(grant.id, cluster)?.grant.intervals.map(dossierInterval) ?? [];
      return canonicalJson(there) === canonicalJson(intervals)
        ? []
        : [{ cluster, intervals: there }];
    }),
    validUntil: instant(grant.validUntil),
    credentialUntil: instant(grant.credentialUntil),
    endedAt: instant(grant.endedAt),
    state: grant.state,
    evidence: grant.evidence,
  };
}

function dossierInterval({ from, until, endCause }: GrantInterval): DossierInterval {
  return { from: formatTime(from), until: instant(until), endCause };
}

function instant(at: Micros | null): Instant | null {
  return at === null ? null : formatTime(at);
}

/** Kubernetes clusters that were reached under it. */
function clustersOf(documents: readonly JudgedDocument[]): readonly string[] {
  const clusters = documents.flatMap(({ facts }) =>
    facts.dialect === "kubernetes-audit" ? [facts.cluster] : [],
  );
  return [...new Set(clusters)].toSorted();
}
