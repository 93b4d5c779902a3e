import type { ObjectOwner } from "../../model/change.ts";
import type { ResidueObject, ResidueRequest } from "../ledger/kinds.ts";
import { pluralOf } from "./kind.ts";
import type { ResidueStore } from "./store.ts";

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
  const owners = requests.flatMap((request) => request.owners ?? []);
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
  // Where the deletion's options were not logged, only the garbage collector's own deletion tells that it went.
  const ofOwners = owners
    .flatMap((owner) => deletions(store, ownerObject(object, owner)))
    .filter(({ isOrphaning }) => isOrphaning === false);
  return [...ofMany, ...ofNamespace, ...ofOwners].map(({ id, at, receivedAt, act }) => ({
    id,
    at,
    receivedAt,
    act,
  }));
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
