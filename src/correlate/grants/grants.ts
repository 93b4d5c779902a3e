import type { Grant } from "../../model/generated/grant.ts";
import type { Policy } from "../../model/policy.ts";
import type { Micros } from "../../model/time.ts";
import type { KnownVendor, Vendors } from "../identity/vendors.ts";
import { keyOf } from "../ledger/key.ts";
import type { GrantDocument, OutOfBandDocument, SupportGrantDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { creationOf, deriveGrant, type TimedGrant } from "./derive.ts";
import { endsOf, type End } from "./ends.ts";
import { grantIdsOfPerson, grantIdsOfRole } from "./grant-ids.ts";
import { deriveOutOfBandGrant } from "./out-of-band-grant.ts";
import { createShelves, type Shelves } from "./shelves.ts";
import { deriveSupportGrant } from "./support-grant.ts";

/** The grants of the ledger, as they stand on one Kubernetes cluster: a binding that was deleted there ends them there. */
export interface Grants {
  byId(id: string, cluster: string | null): TimedGrant | null;
  /** Those of a person that an action at this time can be judged by (shelf.ts). */
  ofPerson(person: string, cluster: string | null, at: Micros): readonly TimedGrant[];
  /** The same of everybody who was given a role. */
  ofRole(role: string, cluster: string | null, at: Micros): readonly TimedGrant[];
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
  readonly limits?: typeof LIMITS;
}

/** What is remembered; beyond any of these it is made anew from the ledger. */
const LIMITS: {
  /** Grants, each as it stands on one cluster. */
  readonly derivedMax: number;
  /** Clusters that have shelves; a name that Teleport logs may be anybody's. */
  readonly clustersMax: number;
  /** Grants on all shelves of a cluster. */
  readonly grantsMax: number;
} = Object.freeze({ derivedMax: 20_000, clustersMax: 64, grantsMax: 100_000 });

export function createGrants(options: GrantsOptions): Grants {
  const { ledger, limits = LIMITS } = options;
  const derived = new Map<string, Map<string, TimedGrant>>();
  let derivedCount = 0;

  function forgetDerived(): void {
    derived.clear();
    derivedCount = 0;
  }

  function byId(id: string, cluster: string | null): TimedGrant | null {
    const known = derived.get(id)?.get(cluster ?? "");
    if (known !== undefined) return known;
    const timed = timedById(id, { ...options, cluster, now: Infinity });
    if (timed === null) return null;
    if (derivedCount >= limits.derivedMax) forgetDerived();
    derivedCount++;
    const ofCluster = derived.get(id) ?? new Map<string, TimedGrant>();
    derived.set(id, ofCluster.set(cluster ?? "", timed));
    return timed;
  }

  const ofIds = (ids: readonly string[], cluster: string | null): TimedGrant[] =>
    [...new Set(ids)].flatMap((id) => byId(id, cluster) ?? []);

  /** Shelves are for one cluster each, since bindings are. */
  const clusters = new Map<string, Shelves>();

  function shelvesOf(cluster: string | null): Shelves {
    const known = clusters.get(cluster ?? "");
    if (known !== undefined) return known;
    if (clusters.size >= limits.clustersMax) clusters.clear();
    const shelves = createShelves(limits.grantsMax);
    clusters.set(cluster ?? "", shelves);
    return shelves;
  }

  return {
    byId,
    ofPerson: (person, cluster, at) =>
      shelvesOf(cluster)
        .of(personKey(person), () =>
          ofIds(grantIdsOfPerson(ledger, person), cluster).filter(
            ({ grant }) => grant.principal === person,
          ),
        )
        .at(at),
    ofRole: (role, cluster, at) =>
      shelvesOf(cluster)
        .of(roleKey(role), () =>
          ofIds(grantIdsOfRole(ledger, role), cluster).filter(
            ({ grant }) => grant.roles.includes(role) && grant.principal !== "",
          ),
        )
        .at(at),
    changed: (id) => {
      derivedCount -= derived.get(id)?.size ?? 0;
      derived.delete(id);
      for (const [cluster, shelves] of clusters) {
        const timed = byId(id, cluster === "" ? null : cluster);
        shelves.changed(id, timed, timed === null ? [] : keysOf(timed.grant));
      }
    },
    allChanged: () => {
      forgetDerived();
      clusters.clear();
    },
  };
}

function keysOf({ principal, roles }: Grant): readonly string[] {
  return principal === "" ? [] : [personKey(principal), ...roles.map(roleKey)];
}

function personKey(person: string): string {
  return `person ${person}`;
}

function roleKey(role: string): string {
  return `role ${role}`;
}

/** A grant of any kind. Teleport's ids are not ours to choose: an approval that somebody gave the same id does not hide it. */
export function timedById(id: string, options: TimedGrantOptions): TimedGrant | null {
  const { ledger } = options;
  const key = keyOf(id);
  const request = ledger.grants.get(key);
  if (request !== null) return timedGrant(request, options);
  const support = ledger.supportGrants.get(key);
  if (support !== null) return timedSupportGrant(support, options);
  const outOfBand = ledger.outOfBand.get(key);
  return outOfBand === null ? null : timedOutOfBandGrant(outOfBand, options);
}

export interface TimedGrantOptions extends GrantsOptions {
  readonly cluster: string | null;
  readonly now: Micros;
}

/** Every grant that the ledger knows. */
export function allGrants(options: TimedGrantOptions): readonly TimedGrant[] {
  const { ledger } = options;
  return [
    ...ledger.grants.all().map(([, document]) => timedGrant(document, options)),
    ...ledger.supportGrants.all().map(([, document]) => timedSupportGrant(document, options)),
    ...ledger.outOfBand.all().map(([, document]) => timedOutOfBandGrant(document, options)),
  ];
}

/** One grant with the ends that the ledger knows for it. */
function timedGrant(document: GrantDocument, options: TimedGrantOptions): TimedGrant {
  const { policy, ledger, vendors, cluster, now } = options;
  const person = creationOf(document)?.person ?? "";
  const vendor = vendors.ofPerson(person);
  const base = { organization: policy.organization, vendor: vendor?.name ?? null, now };
  const open = deriveGrant(document, { ...base, approval: policy.approval, ends: [] });
  const { id, roles } = open.grant;
  const bindings = roles.flatMap((role) => vendor?.roles.get(role)?.bindings ?? []);
  const ends = endsOf(ledger, { id, person, roles, bindings }, cluster);
  if (ends.length === 0) return open;
  return deriveGrant(document, { ...base, approval: policy.approval, ends });
}

/** The vendor is the one that has the role: the requestor's name says nothing. */
function timedSupportGrant(document: SupportGrantDocument, options: TimedGrantOptions): TimedGrant {
  const { id, person, role, cluster } = document;
  const vendor = options.vendors.ofRole([role]);
  const subject = { id, person, roles: [role], vendor };
  const ends = endsOfSubject(subject, { ...options, cluster: options.cluster ?? cluster });
  const { organization } = options.policy;
  const { now } = options;
  return deriveSupportGrant(document, { organization, vendor: vendor?.name ?? null, ends, now });
}

function timedOutOfBandGrant(document: OutOfBandDocument, options: TimedGrantOptions): TimedGrant {
  const { id, requester, roles, cluster } = document.facts;
  const { vendors, now } = options;
  const person = vendors.personOf(requester);
  const vendor = vendors.ofPerson(person) ?? vendors.ofRole(roles);
  const subject = { id, person, roles, vendor };
  const ends = endsOfSubject(subject, { ...options, cluster: options.cluster ?? cluster });
  const { organization } = options.policy;
  const name = vendor?.name ?? null;
  return deriveOutOfBandGrant(document, { organization, vendor: name, ends, now, person });
}

function endsOfSubject(
  {
    vendor,
    ...subject
  }: {
    readonly id: string;
    readonly person: string;
    readonly roles: readonly string[];
    readonly vendor: KnownVendor | null;
  },
  { ledger, cluster }: TimedGrantOptions,
): End[] {
  const bindings = subject.roles.flatMap((role) => vendor?.roles.get(role)?.bindings ?? []);
  return endsOf(ledger, { ...subject, bindings }, cluster);
}
