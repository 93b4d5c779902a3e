import type { Policy } from "../../model/policy.ts";
import type { Micros } from "../../model/time.ts";
import type { Vendors } from "../identity/vendors.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { GrantDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { deriveGrant, type TimedGrant } from "./derive.ts";
import { endsOf } from "./ends.ts";

/** The grants of the ledger, as they stand on one Kubernetes cluster: a binding that was deleted there ends them there. */
export interface Grants {
  byId(id: string, cluster: string | null): TimedGrant | null;
  ofPerson(person: string, cluster: string | null): readonly TimedGrant[];
  ofRole(role: string, cluster: string | null): readonly TimedGrant[];
  /** What is derived anew after a record about one grant. */
  changed(id: string): void;
  /** After a record that may end any grant. */
  allChanged(): void;
}

/** What grants are derived from. */
export interface GrantsOptions {
  readonly policy: Policy;
  readonly ledger: Ledger;
  readonly vendors: Vendors;
}

/** Derived grants that are remembered; beyond it all are derived anew. */
const DERIVED_MAX = 20_000;

export function createGrants(options: GrantsOptions): Grants {
  const { ledger } = options;
  const derived = new Map<string, Map<string, TimedGrant>>();

  function byId(id: string, cluster: string | null): TimedGrant | null {
    const known = derived.get(id)?.get(cluster ?? "");
    if (known !== undefined) return known;
    const document = ledger.grants.get(keyOf(id));
    if (document === null) return null;
    const timed = timedGrant(document, { ...options, cluster, now: Infinity });
    if (derived.size >= DERIVED_MAX) derived.clear();
    const ofCluster = derived.get(id) ?? new Map<string, TimedGrant>();
    derived.set(id, ofCluster.set(cluster ?? "", timed));
    return timed;
  }

  const ofIds = (ids: readonly string[], cluster: string | null): TimedGrant[] =>
    ids.flatMap((id) => byId(id, cluster) ?? []);

  return {
    byId,
    ofPerson: (person, cluster) =>
      ofIds(ledger.grantsOfPerson.scan(prefixOf(person)), cluster).filter(
        ({ grant }) => grant.principal === person,
      ),
    ofRole: (role, cluster) =>
      ofIds(ledger.grantsOfRole.scan(prefixOf(role)), cluster).filter(
        ({ grant }) => grant.roles.includes(role) && grant.principal !== "",
      ),
    changed: (id) => derived.delete(id),
    allChanged: () => derived.clear(),
  };
}

export interface TimedGrantOptions extends GrantsOptions {
  readonly cluster: string | null;
  readonly now: Micros;
}

/** One grant with the ends that the ledger knows for it. */
export function timedGrant(document: GrantDocument, options: TimedGrantOptions): TimedGrant {
  const { policy, ledger, vendors, cluster, now } = options;
  const created = document.records.find((record) => record.event === "access_request.create");
  const person = created?.person ?? "";
  const vendor = vendors.ofPerson(person);
  const base = { organization: policy.organization, vendor: vendor?.name ?? null, now };
  const open = deriveGrant(document, { ...base, approval: policy.approval, ends: [] });
  const { id, roles } = open.grant;
  const bindings = roles.flatMap((role) => vendor?.roles.get(role)?.bindings ?? []);
  const ends = endsOf(ledger, { id, person, roles, bindings }, cluster);
  if (ends.length === 0) return open;
  return deriveGrant(document, { ...base, approval: policy.approval, ends });
}
