import type { DossierResidue, DossierUnknownChange } from "../../model/dossier.ts";
import type { Grant } from "../../model/generated/grant.ts";
import { formatTime } from "../../model/time.ts";
import type { Grants } from "../grants/grants.ts";
import { prefixOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { createResidueReader } from "../residue/evaluate.ts";
import { kindOf } from "../residue/kind.ts";
import type { Leftover } from "../residue/leftovers.ts";

/** What a grant left behind when it ended (R1, R2), and what nobody can say. */
export interface GrantsResidue {
  readonly residue: readonly DossierResidue[];
  readonly unknownChanges: readonly DossierUnknownChange[];
}

/** On every cluster that something was done to under the grant; nothing before it has ended. */
export function createDossierResidue(
  ledger: Ledger,
  grants: Grants,
): (grant: Grant) => GrantsResidue {
  const reader = createResidueReader(ledger);
  return ({ id }) => {
    const objects = ledger.residueOfGrant.scan(prefixOf(id)).map(({ object }) => object);
    const clusters = [...new Set(objects.map(({ cluster }) => cluster))].toSorted();
    const found = clusters.flatMap((cluster) => {
      const endedAt = grants.byId(id, cluster)?.grant.endedAt ?? null;
      return endedAt === null ? [] : [reader.ofGrant(id, cluster, endedAt)];
    });
    return {
      residue: found
        .flatMap(({ leftovers }) => leftovers)
        .toSorted((a, b) => a.since - b.since)
        .map((each) => ({ ...left(each), children: each.children.map(left) })),
      unknownChanges: found
        .flatMap(({ unknown }) => unknown)
        .map(({ object, at, eventId }) => ({
          at: formatTime(at),
          cluster: object.cluster,
          kind: object.resource,
          namespace: object.namespace === "" ? null : object.namespace,
          name: object.name,
          eventId,
        })),
    };
  };
}

function left(leftover: Leftover): Omit<DossierResidue, "children"> {
  const { object, container, since, what, evidence } = leftover;
  return {
    what,
    cluster: object.cluster,
    kind: kindOf(leftover),
    namespace: object.namespace === "" ? null : object.namespace,
    name: container === null ? object.name : `${object.name}/${container}`,
    since: formatTime(since),
    evidence,
  };
}
