import { keyOf, partsOf } from "../ledger/key.ts";

/** One grant on one cluster. */
export interface ResidueGrant {
  readonly grant: string;
  readonly cluster: string;
}

/**
 * Which grants left something at an object, in a namespace, or at all. In memory, since every event asks; made at each start of as many
 * keys as the ledger has rows for, so that a row costs a few microseconds and no set of its own.
 */
export interface GrantIndex {
  /** @param objectKey as `objectKey` makes it. */
  add(grant: string, objectKey: string): ResidueGrant;
  /** Something was done to an object of this name. */
  addName(name: string): void;
  hasName(name: string): boolean;
  ofObject(objectKey: string): readonly ResidueGrant[];
  ofNamespace(cluster: string, namespace: string): readonly ResidueGrant[];
  /** On every cluster. */
  ofGrant(id: string): readonly ResidueGrant[];
  all(): readonly ResidueGrant[];
  /** Objects, namespaces and grants. */
  readonly size: number;
  clear(): void;
}

export function createGrantIndex(): GrantIndex {
  const names = new Set<string>();
  const byKey = new Map<string, ResidueGrant>();
  const byObject = createGrantsBy();
  const byNamespace = createGrantsBy();
  const byGrant = createGrantsBy();

  /** The ledger's keys come in order: what they begin with is mostly that of the one before. */
  let last: ResidueGrant | null = null;
  let lastNamespace: string | null = null;

  function grantOf(grant: string, cluster: string): ResidueGrant {
    if (last?.grant === grant && last.cluster === cluster) return last;
    const key = keyOf(grant, cluster);
    const known = byKey.get(key) ?? { grant, cluster };
    byKey.set(key, known);
    byGrant.add(grant, known);
    last = known;
    lastNamespace = null;
    return known;
  }

  return {
    add: (grant, objectKey) => {
      const [cluster = "", , , namespace = "", name = ""] = partsOf(objectKey);
      const known = grantOf(grant, cluster);
      names.add(name);
      byObject.add(objectKey, known);
      if (namespace !== lastNamespace) byNamespace.add(keyOf(cluster, namespace), known);
      lastNamespace = namespace;
      return known;
    },
    addName: (name) => void names.add(name),
    hasName: (name) => names.has(name),
    ofObject: (objectKey) => byObject.of(objectKey),
    ofNamespace: (cluster, namespace) => byNamespace.of(keyOf(cluster, namespace)),
    ofGrant: (id) => byGrant.of(id),
    all: () => [...byKey.values()],
    get size() {
      return byObject.size + byNamespace.size + byGrant.size;
    },
    clear: () => {
      for (const each of [names, byKey, byObject, byNamespace, byGrant]) each.clear();
      last = lastNamespace = null;
    },
  };
}

interface GrantsBy {
  add(key: string, grant: ResidueGrant): void;
  of(key: string): readonly ResidueGrant[];
  readonly size: number;
  clear(): void;
}

/** Nearly every object has one grant: a set is made for the second one. */
function createGrantsBy(): GrantsBy {
  const grants = new Map<string, ResidueGrant | Set<ResidueGrant>>();
  return {
    add: (key, grant) => {
      const known = grants.get(key);
      if (known === undefined) grants.set(key, grant);
      else if (known instanceof Set) known.add(grant);
      else if (known !== grant) grants.set(key, new Set([known, grant]));
    },
    of: (key) => {
      const known = grants.get(key);
      if (known === undefined) return [];
      return known instanceof Set ? [...known] : [known];
    },
    get size() {
      return grants.size;
    },
    clear: () => grants.clear(),
  };
}
