import { keyOf } from "../ledger/key.ts";
import type { ResidueDocument, ResidueObject, ResidueRequest } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** Requests that are kept of one object that a vendor wrote to, and of one that only others wrote to. */
const REQUESTS_MAX = 200;
const OTHERS_REQUESTS_MAX = 8;

export type ResidueTables = Pick<
  Ledger,
  "residue" | "othersRemovals" | "othersChanges" | "residueOfGrant"
>;

/** What was done to the objects of the clusters, as far as it matters to residue. */
export interface ResidueStore {
  /** Adds a vendor's request; what others did to the object is kept with it from then on. */
  addVendors(object: ResidueObject, request: ResidueRequest): void;
  /** Adds somebody else's. */
  addOthers(object: ResidueObject, request: ResidueRequest): void;
  /** Everything that was done to the object itself. */
  read(object: ResidueObject): ResidueDocument;
  /** Objects like it, that vendors wrote to, whose names begin so. */
  beginningWith(object: ResidueObject, prefix: string): readonly ResidueDocument[];
}

export function objectKey(object: ResidueObject): string {
  const { cluster, apiGroup, resource, namespace, name } = object;
  return keyOf(cluster, apiGroup, resource, namespace, name);
}

export function createResidueStore(tables: ResidueTables): ResidueStore {
  const { residue, othersRemovals, othersChanges } = tables;

  return {
    addVendors: (object, own) => {
      const request = { ...own, isVendors: true as const };
      const key = objectKey(object);
      const known = residue.get(key);
      const others = [othersRemovals.get(key), othersChanges.get(key)];
      const all = known?.requests ?? others.flatMap((found) => found?.requests ?? []);
      // Late evidence makes one a vendor's that was somebody else's.
      const before = all.filter(({ id, isVendors }) => id !== own.id || isVendors === true);
      residue.put(
        key,
        withRequest({ object, requests: before, isCrowded: known?.isCrowded ?? false }, request),
      );
      if (known !== null) return;
      othersRemovals.remove(key);
      othersChanges.remove(key);
    },
    addOthers: (object, request) => {
      const key = objectKey(object);
      const known = residue.get(key);
      if (known !== null) {
        residue.put(key, withRequest(known, request));
        return;
      }
      const table = request.act.startsWith("remove") ? othersRemovals : othersChanges;
      const requests = union(table.get(key)?.requests ?? [], request);
      // The newest count: what they undid is older than they are.
      table.put(key, { object, requests: newest(requests, OTHERS_REQUESTS_MAX), isCrowded: false });
    },
    beginningWith: (object, prefix) => residue.scan(objectKey({ ...object, name: prefix })),
    read: (object) => {
      const key = objectKey(object);
      const known = residue.get(key);
      if (known !== null) return known;
      const others = [othersRemovals.get(key), othersChanges.get(key)];
      return {
        object,
        requests: others.flatMap((found) => found?.requests ?? []),
        isCrowded: false,
      };
    },
  };
}

function union(
  requests: readonly ResidueRequest[],
  request: ResidueRequest,
): readonly ResidueRequest[] {
  return requests.some(({ id }) => id === request.id) ? requests : [...requests, request];
}

function newest(requests: readonly ResidueRequest[], max: number): readonly ResidueRequest[] {
  return requests.length <= max ? requests : requests.toSorted((a, b) => b.at - a.at).slice(0, max);
}

/**
 * Where there are too many, what tells nothing goes first: whatever others do to an object that has nothing of a vendor. Then the oldest
 * change goes, and the object counts as changed from then on: whoever floods an object must not hide what they did to it. Creations and
 * deletions stay as long as there is a change to let go.
 */
function withRequest(document: ResidueDocument, request: ResidueRequest): ResidueDocument {
  const requests = union(document.requests, request);
  if (requests.length <= REQUESTS_MAX) return { ...document, requests };
  const byAge = requests.toSorted((a, b) => a.at - b.at);
  const idle = byAge.find((_, index) => [-1, 0, 1].every((by) => isBare(byAge[index + by])));
  if (idle !== undefined)
    return { ...document, requests: requests.filter((each) => each !== idle) };
  const oldest = byAge.find(({ act }) => act !== "create" && act !== "remove") ?? byAge[0];
  return { ...document, requests: requests.filter((each) => each !== oldest), isCrowded: true };
}

/** Nothing of a vendor is left after it: the object is gone, or is somebody else's. */
function isBare(request: ResidueRequest | undefined): boolean {
  if (request?.act === "remove") return request.isKept !== true;
  return request?.act === "create" && request.isVendors !== true;
}
