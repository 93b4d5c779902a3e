import type { Micros } from "../../model/time.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { ResidueObject, ResidueRequest } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { residueOf, type Leftover, type ObjectResidue } from "./leftovers.ts";
import { ownerObject, sweptAway } from "./removals.ts";
import { createResidueStore, objectKey, type ResidueStore } from "./store.ts";

/** Something that is left, with what came of it and stands under it (R1). */
export interface GrantLeftover extends Leftover {
  readonly children: readonly Leftover[];
}

/** What a grant left on one cluster, as of a time. */
export interface GrantResidue {
  readonly leftovers: readonly GrantLeftover[];
  readonly unknown: readonly UnknownChange[];
}

/** A change of which the audit policy logged no content. */
export interface UnknownChange {
  readonly object: ResidueObject;
  readonly at: Micros;
  readonly eventId: string;
}

/** Reads residue out of the ledger. */
export interface ResidueReader {
  /** Of the requests under this grant; of those under none where it is empty. */
  ofGrant(grant: string, cluster: string, before: Micros): GrantResidue;
  /** Whether a request under the grant is kept with all that tells what became of it. */
  isKept(eventId: string, grant: string): boolean;
  /** Whether what was left is still there, as far as the log tells. */
  isThere(leftover: Leftover, before: Micros): boolean;
}

export function createResidueReader(ledger: Ledger): ResidueReader {
  const store = createResidueStore(ledger);

  const grantsOf = (id: string): readonly string[] => ledger.residueRequests.get(id)?.grants ?? [];

  function objectResidue(object: ResidueObject, before: Micros): ObjectResidue {
    return residueAt(store, object, { before, isVendors: ({ id }) => grantsOf(id).length > 0 });
  }

  return {
    ofGrant: (grant, cluster, before) => {
      const found = ledger.residueOfGrant
        .scan(prefixOf(grant, cluster))
        .map(({ object }) => objectResidue(object, before));
      const leftovers = found
        .flatMap((each) => each.leftovers)
        .map((leftover) => ({
          ...leftover,
          evidence: leftover.evidence.filter((id) => grantsOf(id).includes(grant)),
        }))
        .filter(({ evidence }) => evidence.length > 0);
      const unknown = found
        .flatMap((each) => each.unknown)
        .filter(({ request }) => grantsOf(request.id).includes(grant))
        .map(({ object, request }) => ({ object, at: request.at, eventId: request.id }));
      return { leftovers: underParents(leftovers), unknown };
    },
    isKept: (eventId, grant) => {
      const object = ledger.residueRequests.get(eventId)?.object ?? null;
      if (object === null || !store.read(object).requests.some(({ id }) => id === eventId))
        return false;
      return ledger.residueOfGrant.get(keyOf(grant, object.cluster, objectKey(object))) !== null;
    },
    isThere: (leftover, before) =>
      objectResidue(leftover.object, before).leftovers.some(
        (each) => leftoverKey(each) === leftoverKey(leftover),
      ),
  };
}

function residueAt(
  store: ResidueStore,
  object: ResidueObject,
  asOf: { readonly before: Micros; readonly isVendors: (request: ResidueRequest) => boolean },
): ObjectResidue {
  const { requests, isCrowded } = store.read(object);
  const all = [...requests, ...sweptAway(store, object, requests)];
  return residueOf(object, all, { ...asOf, isCrowded });
}

/** What makes two of them the same. */
function leftoverKey({ object, what, container }: Leftover): string {
  return keyOf(objectKey(object), what, container ?? "");
}

/** R1: what belongs to something that is left stands under it. */
function underParents(leftovers: readonly Leftover[]): readonly GrantLeftover[] {
  const byObject = new Map(leftovers.map((each) => [objectKey(each.object), leftoverKey(each)]));
  const parents = new Map<string, string>();
  for (const each of leftovers) {
    const parent = each.owners
      .map((owner) => byObject.get(objectKey(ownerObject(each.object, owner))))
      .find((key) => key !== undefined && key !== leftoverKey(each));
    if (parent !== undefined) parents.set(leftoverKey(each), parent);
  }
  const children = new Map<string, Leftover[]>();
  const tops: Leftover[] = [];
  for (const each of leftovers) {
    const key = leftoverKey(each);
    const top = topOf(parents, key);
    if (top === key) tops.push(each);
    else children.set(top, [...(children.get(top) ?? []), each]);
  }
  return tops.map((each) => ({ ...each, children: children.get(leftoverKey(each)) ?? [] }));
}

/** The topmost parent; itself where owner references, which a client may write, lead in a circle. */
function topOf(parents: ReadonlyMap<string, string>, key: string): string {
  let at = key;
  for (let steps = 0; steps <= parents.size; steps++) {
    const parent = parents.get(at);
    if (parent === undefined) return at;
    at = parent;
  }
  return key;
}
