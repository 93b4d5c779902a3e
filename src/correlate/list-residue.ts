import type { Grant } from "../model/generated/grant.ts";
import type { Policy } from "../model/policy.ts";
import type { Micros } from "../model/time.ts";
import { createGrants } from "./grants/grants.ts";
import { createVendors } from "./identity/vendors.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { createResidueReader, type GrantLeftover, type UnknownChange } from "./residue/evaluate.ts";
import { kindOf } from "./residue/kind.ts";
import type { Leftover } from "./residue/leftovers.ts";
import { NO_GRANT } from "./residue/residue.ts";

/** What one grant left on one cluster. */
export interface ListedResidue {
  /** Null for what was made without any. */
  readonly grant: Grant | null;
  readonly cluster: string;
  /** The end that it is looked at as of; null where the grant is open, or there is none: then it is as of now. */
  readonly endedAt: Micros | null;
  readonly leftovers: readonly ListedLeftover[];
  /** What requests that came after the end made: no grant's. */
  readonly madeAfter: readonly ListedLeftover[];
  /** Changes whose content was not logged (R2). */
  readonly unknown: readonly UnknownChange[];
}

export interface ListedLeftover extends Omit<GrantLeftover, "kind" | "children"> {
  readonly kind: string;
  /** Whether it is still there, as far as the log tells. */
  readonly isThere: boolean;
  readonly children: readonly (Leftover & { readonly kind: string })[];
}

export interface ListResidueOptions {
  readonly policy: Policy;
  readonly now: Micros;
}

/** What grants left, and what nobody's grant covers, by the time of the grant's end; what was made without any comes last. */
export function listResidue(ledger: Ledger, options: ListResidueOptions): readonly ListedResidue[] {
  const { policy, now } = options;
  const reader = createResidueReader(ledger);
  const grants = createGrants({ policy, ledger, vendors: createVendors(policy) });
  // What was received at this very moment has happened.
  const upToNow = now + 1;

  function listed(leftover: GrantLeftover): ListedLeftover {
    const children = leftover.children.map((child) => ({ ...child, kind: kindOf(child) }));
    const isThere = reader.isThere(leftover, upToNow);
    return { ...leftover, kind: kindOf(leftover), isThere, children };
  }

  const pairs = new Map<string, { readonly grant: string; readonly cluster: string }>();
  for (const [, { grant, object }] of ledger.residueOfGrant.all())
    pairs.set(JSON.stringify([grant, object.cluster]), { grant, cluster: object.cluster });
  return [...pairs.values()]
    .map(({ grant: id, cluster }): ListedResidue => {
      const grant = id === NO_GRANT ? null : (grants.byId(id, cluster)?.grant ?? null);
      const end = grant?.endedAt ?? null;
      const endedAt = end !== null && end <= now ? end : null;
      const then = reader.ofGrant(id, cluster, endedAt ?? upToNow);
      const today = endedAt === null ? then : reader.ofGrant(id, cluster, upToNow);
      const madeAfter = today.leftovers.filter(({ since }) => endedAt !== null && since >= endedAt);
      return {
        grant,
        cluster,
        endedAt,
        leftovers: then.leftovers.map(listed),
        madeAfter: madeAfter.map(listed),
        unknown: today.unknown,
      };
    })
    .filter((each) => each.leftovers.length + each.madeAfter.length + each.unknown.length > 0)
    .toSorted((a, b) => rank(a) - rank(b));
}

/** Ended ones first, then those that are open, then what has no grant. */
function rank({ grant, endedAt }: ListedResidue): number {
  if (grant === null) return Infinity;
  return endedAt ?? Number.MAX_SAFE_INTEGER;
}
