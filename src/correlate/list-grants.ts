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

/** The state of a grant is that of a time. */
export interface ListGrantsOptions {
  readonly policy: Policy;
  readonly now: Micros;
}

/** Every grant that the ledger knows, by the time of its request; the state is that of `now`. */
export function listGrants(ledger: Ledger, options: ListGrantsOptions): readonly GrantSummary[] {
  const { policy, now } = options;
  const vendors = createVendors(policy);
  return allGrants({ policy, ledger, vendors, cluster: null, now })
    .map(({ grant }) => {
      const counts = ledger.counts.get(keyOf(grant.id)) ?? {};
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      const coveredCount = counts["covered"] ?? 0;
      return { grant, coveredCount, uncoveredCount: total - coveredCount, counts };
    })
    .sort((a, b) => (a.grant.requestedAt ?? 0) - (b.grant.requestedAt ?? 0));
}
