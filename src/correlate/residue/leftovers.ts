import type { ObjectOwner } from "../../model/change.ts";
import type { Micros } from "../../model/time.ts";
import type { ResidueObject, ResidueRequest } from "../ledger/kinds.ts";
import { createFields, type ChangedField } from "./fields.ts";
import { nameless } from "./nameless.ts";

/** Something that vendors' requests left, as of a time. */
export interface Leftover {
  readonly what: "object" | "fields" | "token" | "debug-container";
  readonly object: ResidueObject;
  /** Kind as Kubernetes writes it, where a record told it. */
  readonly kind: string | null;
  /** Of a debug container. */
  readonly container: string | null;
  readonly since: Micros;
  /** Ids of the requests that made it. */
  readonly evidence: readonly string[];
  readonly changes: readonly ChangedField[];
  readonly owners: readonly ObjectOwner[];
}

/** What is left, and what nobody can say: changes whose content was not logged (R2). */
export interface ObjectResidue {
  readonly leftovers: readonly Leftover[];
  readonly unknown: readonly UnknownRequest[];
}

interface UnknownRequest {
  readonly object: ResidueObject;
  readonly request: ResidueRequest;
}

export interface AsOf {
  /** Requests that were received from this time on have not happened yet. */
  readonly before: Micros;
  readonly isVendors: (request: ResidueRequest) => boolean;
  /** More was done to the object than is kept. */
  readonly isCrowded: boolean;
}

/**
 * What one object has of vendors at a time: a function of the set of requests, whatever their order. They took effect in the order in
 * which the server answered.
 */
export function residueOf(
  object: ResidueObject,
  requests: readonly ResidueRequest[],
  asOf: AsOf,
): ObjectResidue {
  const past = requests.filter(({ receivedAt }) => receivedAt < asOf.before).toSorted(byTime);
  let life = newLife(object);
  for (const request of past) {
    if (request.act === "remove" || request.act === "remove-all") {
      if (request.isKept === true) life.isEnding = true;
      else if (request.isOfOne === true) life.made.shift();
      else life = newLife(object);
      continue;
    }
    // Objects whose names the server made, and nobody logged, stand together.
    if (request.act === "create" && !nameless.isSo(object.name)) life = newLife(object);
    const hasLeft = life.isEnding && request.isKept === false;
    if (hasLeft) life = newLife(object);
    else follow(life, request, asOf.isVendors(request));
  }
  return {
    leftovers: leftoversOf(object, life, asOf),
    unknown: life.unknown.map((request) => ({ object, request })),
  };
}

function byTime(a: ResidueRequest, b: ResidueRequest): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1);
}

/** One object from its creation to its deletion; what comes under the same name after it is another. */
interface Life {
  readonly fields: ReturnType<typeof createFields>;
  readonly containers: Map<
    string,
    { readonly request: ResidueRequest; readonly isVendors: boolean }
  >;
  readonly tokens: ResidueRequest[];
  readonly unknown: ResidueRequest[];
  /** Vendors' writes of all kinds. */
  readonly writes: ResidueRequest[];
  /** The creation, by a vendor; several of what has no known name. */
  made: ResidueRequest[];
  kind: string | null;
  /** It is deleted, and waits for its finalizers. */
  isEnding: boolean;
}

function newLife(object: ResidueObject): Life {
  return {
    fields: createFields(object.resource === "nodes"),
    containers: new Map(),
    tokens: [],
    unknown: [],
    writes: [],
    made: [],
    kind: null,
    isEnding: false,
  };
}

function follow(life: Life, request: ResidueRequest, isVendors: boolean): void {
  const { act, fields, containers, kind } = request;
  if (act !== "token" && act !== "containers") life.kind = kind ?? life.kind;
  if (isVendors) life.writes.push(request);
  if (act === "create") {
    if (isVendors) life.made.push(request);
  } else if (isVendors && request.isUnknown === true) life.unknown.push(request);
  if (act === "token" && isVendors) life.tokens.push(request);
  // Nobody can take one away again; a list names those of earlier requests too.
  for (const name of containers ?? [])
    if (!life.containers.has(name)) life.containers.set(name, { request, isVendors });
  if (fields !== undefined) life.fields.apply(fields, { id: request.id, isVendors });
}

function leftoversOf(object: ResidueObject, life: Life, asOf: AsOf): readonly Leftover[] {
  const base = { object, kind: life.kind, container: null, changes: [], owners: [] };
  const [made] = life.made;
  const tokens = tokensOf(object, life, asOf.before);
  if (made !== undefined) {
    const evidence = life.made.map(({ id }) => id);
    const { at: since, owners = [] } = made;
    return [{ ...base, what: "object", since, evidence, owners }, ...tokens];
  }
  const containers = [...life.containers].flatMap(([container, { request, isVendors }]) => {
    if (!isVendors) return [];
    const evidence = [request.id];
    return [{ ...base, what: "debug-container" as const, container, since: request.at, evidence }];
  });
  return [...fieldsLeft(object, life, asOf.isCrowded), ...tokens, ...containers];
}

function tokensOf(object: ResidueObject, life: Life, before: Micros): readonly Leftover[] {
  const tokens = life.tokens.filter(({ expiresAt }) => (expiresAt ?? Infinity) > before);
  if (tokens.length === 0) return [];
  const evidence = tokens.map(({ id }) => id);
  const since = Math.min(...tokens.map(({ at }) => at));
  const none = { container: null, changes: [], owners: [] };
  return [{ ...none, what: "token", object, kind: "ServiceAccountToken", since, evidence }];
}

/** Where more was done than is kept, nobody can say that nothing is left. */
function fieldsLeft(object: ResidueObject, life: Life, isCrowded: boolean): readonly Leftover[] {
  const changes = life.fields.changed();
  const ids = isCrowded
    ? life.writes.map(({ id }) => id)
    : changes.flatMap(({ evidence }) => evidence);
  if (ids.length === 0) return [];
  const evidence = life.writes.map(({ id }) => id).filter((id) => ids.includes(id));
  const since = life.writes.find(({ id }) => id === evidence[0])?.at ?? 0;
  const { kind } = life;
  return [{ what: "fields", object, kind, container: null, since, evidence, changes, owners: [] }];
}
