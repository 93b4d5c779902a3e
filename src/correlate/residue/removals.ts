import type { ObjectOwner } from "../../model/change.ts";
import type { ResidueObject, ResidueRequest } from "../ledger/kinds.ts";
import { pluralOf } from "./kind.ts";
import { nameless } from "./nameless.ts";
import { objectKey, type ResidueStore } from "./store.ts";

/**
 * Deletions that take an object without naming it, as deletions of the object: of many objects of its kind, of its namespace, of what
 * it belongs to.
 */
export function sweptAway(
  store: ResidueStore,
  object: ResidueObject,
  requests: readonly ResidueRequest[],
): readonly ResidueRequest[] {
  const { cluster, namespace, name } = object;
  const ofMany = store
    .read({ ...object, name: "" })
    .requests.filter(({ act, names }) => act === "remove-all" && (names?.includes(name) ?? true));
  const namespaces: ResidueObject = {
    cluster,
    apiGroup: "",
    resource: "namespaces",
    namespace: "",
    name: namespace,
  };
  // The namespace's own requests name it as their namespace too.
  const ofNamespace =
    namespace === ""
      ? []
      : [namespaces, { ...namespaces, namespace }].flatMap((each) => deletions(store, each));
  const swept = [...ofMany, ...ofNamespace, ...ofOwners(store, object, requests)].map(
    ({ id, at, receivedAt, act }) => ({
      id,
      at,
      receivedAt,
      act,
    }),
  );
  return [...swept, ...ofNameless(store, object)];
}

/**
 * What an object belongs to takes it along when all of it is gone: one owner that stays keeps it
 * (https://kubernetes.io/docs/concepts/architecture/garbage-collection/), and so may one that is not kept here. Where a deletion's
 * options were not logged, only the garbage collector's own deletion tells that the object went.
 */
function ofOwners(
  store: ResidueStore,
  object: ResidueObject,
  requests: readonly ResidueRequest[],
): readonly ResidueRequest[] {
  if (requests.some(({ hasMoreOwners }) => hasMoreOwners)) return [];
  const owners = new Map(
    requests
      .flatMap((request) => request.owners ?? [])
      .map((owner) => ownerObject(object, owner))
      .map((owner) => [objectKey(owner), owner]),
  );
  const byOwner = [...owners.values()].map((owner) =>
    deletions(store, owner).filter(({ isOrphaning }) => isOrphaning === false),
  );
  return byOwner.flat().filter(({ at }) => {
    const madeAt = Math.max(
      ...requests.map((request) =>
        request.act === "create" && request.at <= at ? request.at : -Infinity,
      ),
    );
    return byOwner.every((ones) => ones.some((one) => one.at >= madeAt && one.at <= at));
  });
}

/**
 * Whoever removes an object by the name that the server made has seen that name; where nobody logged it, a vendor's own deletion of
 * such a name counts for one of them. Others delete objects of theirs that are named alike.
 */
function ofNameless(store: ResidueStore, object: ResidueObject): readonly ResidueRequest[] {
  const prefix = nameless.prefixOf(object.name);
  if (prefix === null || prefix === "") return [];
  return store
    .beginningWith(object, prefix)
    .filter((each) => nameless.of(each.object.name) === object.name)
    .filter(({ requests }) => !requests.some(({ act }) => act === "create"))
    .flatMap(({ requests }) =>
      requests.filter(({ act, isVendors }) => act === "remove" && isVendors),
    )
    .map((request) => ({ ...request, isOfOne: true as const }));
}

function deletions(store: ResidueStore, object: ResidueObject): readonly ResidueRequest[] {
  return store.read(object).requests.filter(({ act }) => act === "remove");
}

/** What an owner reference of the object leads to: in its namespace, since no object may belong to one of another. */
export function ownerObject(object: ResidueObject, owner: ObjectOwner): ResidueObject {
  const { cluster, namespace } = object;
  const resource = pluralOf(owner.kind.toLowerCase());
  return { cluster, apiGroup: owner.apiGroup, resource, namespace, name: owner.name };
}
