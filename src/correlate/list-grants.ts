import type { Grant } from "../model/generated/grant.ts";
import type { Policy } from "../model/policy.ts";
import type { Micros } from "../model/time.ts";
import { allGrants } from "./grants/grants.ts";
import { createVendors } from "./identity/vendors.ts";
import { keyOf } from "./ledger/key.ts";
import type { Ledger } from "./ledger/ledger.ts";

/** A grant and what was done under it. */
export interface GrantSummary {
  readonly grant: Grant;
  /** Events that it covers: each Kubernetes request once, when it ended. */
  readonly coveredCount: number;
  /** Events that belong to it and that it does not cover. */
  readonly uncoveredCount: number;
  /** All its events by coverage. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What is left out lets every grant by. */
export interface GrantFilter {
  readonly id?: string;
  readonly state?: string;
  readonly vendor?: string;
  readonly principal?: string;
  /** Asked for, decided or open at this time or later. */
  readonly since?: Micros | null;
}

/** The state of a grant is that of a time. */
export interface ListGrantsOptions {
  readonly policy: Policy;
  readonly now: Micros;
  readonly filter?: GrantFilter;
}

/** The grants that the ledger knows, by the time of their requests; the state is that of `now`. */
export function listGrants(ledger: Ledger, options: ListGrantsOptions): readonly GrantSummary[] {
  const { policy, now, filter = {} } = options;
  const vendors = createVendors(policy);
  return allGrants({ policy, ledger, vendors, cluster: null, now })
    .filter(({ grant }) => isListed(grant, filter))
    .map(({ grant }) => {
      const counts = ledger.counts.get(keyOf(grant.id)) ?? {};
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      const coveredCount = counts["covered"] ?? 0;
      return { grant, coveredCount, uncoveredCount: total - coveredCount, counts };
    })
    .sort((a, b) => (a.grant.requestedAt ?? 0) - (b.grant.requestedAt ?? 0));
}

/** An id may be its beginning alone. */
function isListed(grant: Grant, filter: GrantFilter): boolean {
  const { id, state, vendor, principal, since = null } = filter;
  return (
    (id === undefined || grant.id.startsWith(id)) &&
    (state === undefined || grant.state === state) &&
    (vendor === undefined || grant.vendor === vendor) &&
    (principal === undefined || grant.principal === principal) &&
    (since === null || lastOf(grant) >= since)
  );
}

/** Until when something can be said of a grant; a window without an end goes on. */
function lastOf({ requestedAt, decisions, intervals }: Grant): Micros {
  return Math.max(
    requestedAt ?? -Infinity,
    ...decisions.map(({ at }) => at),
    ...intervals.map(({ until }) => until ?? Infinity),
  );
}
