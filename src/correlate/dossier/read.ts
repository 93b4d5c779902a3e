import type { Dossier, DossierFile } from "../../model/dossier.ts";
import type { Policy } from "../../model/policy.ts";
import type { Source } from "../../model/record.ts";
import { MICROS_PER_MS, type Micros } from "../../model/time.ts";
import { createGrants, timedById } from "../grants/grants.ts";
import { createVendors } from "../identity/vendors.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { canonicalJson } from "./canonical.ts";
import { createDossierResidue } from "./residue.ts";
import type { SealDocument } from "./kinds.ts";
import { contentDigest, writeDossier } from "./write.ts";

/** What can be shown of a grant. */
export interface ReadDossier {
  /** The sealed form, the newest that there is; else a draft. */
  readonly file: DossierFile;
  /** All seals of the grant, in the order of the chain. */
  readonly seals: readonly SealDocument[];
  /** The newest seal's form cannot be had: `file` is an earlier one, or a draft. */
  readonly isFormMissing: boolean;
  /** Of a sealed grant: what the ledger has beyond the sealed form; null where that says it all. */
  readonly newer: Newer | null;
}

export interface Newer {
  readonly events: number;
  readonly findings: number;
  /** Verdicts that changed since. */
  readonly revised: number;
  /** Parts that are others now, beside the events, findings and verdicts that are counted: the grant itself, sessions, what was left. */
  readonly parts: readonly string[];
}

export interface ReadOptions {
  readonly policy: Policy;
  readonly sources: readonly Source[];
  /** The state of a draft is that of this time. */
  readonly now: Micros;
}

/** Null where the ledger knows no such grant. Changes nothing. */
export function readDossier(ledger: Ledger, id: string, options: ReadOptions): ReadDossier | null {
  const draft = draftOf(ledger, id, options);
  if (draft === null) return null;
  const seals = ledger.seals.scan(prefixOf(id));
  const last = seals.findLast(({ number }) => ledger.dossiers.get(keyOf(id, number)) !== null);
  const text = last === undefined ? null : ledger.dossiers.get(keyOf(id, last.number));
  const isFormMissing = last !== seals.at(-1);
  if (last === undefined || text === null)
    return { file: fileOf(draft, null), seals, isFormMissing, newer: null };
  const sealed = JSON.parse(text) as Dossier;
  const now = { ...draft, grant: { ...draft.grant, state: sealed.grant.state } };
  const newer = contentDigest(now) === contentDigest(sealed) ? null : newerOf(now, sealed);
  return { file: fileOf(sealed, last), seals, isFormMissing, newer };
}

/** Ids of grants that begin so. */
export function grantIds(ledger: Ledger, prefix: string): readonly string[] {
  const key = keyOf(prefix);
  const ids = [
    ...ledger.grants.scan(key).map(({ id }) => id),
    ...ledger.supportGrants.scan(key).map(({ id }) => id),
    ...ledger.outOfBand.scan(key).map(({ facts }) => facts.id),
  ];
  return [...new Set(ids)].toSorted();
}

function draftOf(
  ledger: Ledger,
  id: string,
  { policy, sources, now }: ReadOptions,
): Dossier | null {
  const vendors = createVendors(policy);
  const grants = createGrants({ policy, ledger, vendors });
  const timed = timedById(id, { policy, ledger, vendors, cluster: null, now });
  const dossier = writeDossier(
    {
      ledger,
      vendors,
      grants,
      sources,
      organization: policy.organization,
      skew: policy.hold.skewMs * MICROS_PER_MS,
      skewMax: policy.hold.skewMaxMs * MICROS_PER_MS,
      residueOf: createDossierResidue(ledger, grants),
    },
    id,
    null,
  );
  if (dossier === null || timed === null) return null;
  return { ...dossier, grant: { ...dossier.grant, state: timed.grant.state } };
}

function fileOf(dossier: Dossier, seal: SealDocument | null): DossierFile {
  return {
    format: "chaperone-dossier-1",
    dossier,
    seal:
      seal === null
        ? null
        : { digest: seal.digest, chainDigest: seal.chainDigest, eventId: seal.eventId },
  };
}

function newerOf(draft: Dossier, sealed: Dossier): Newer {
  const before = new Map(eventsOf(sealed).map(({ id, digest }) => [id, digest]));
  const now = eventsOf(draft);
  const unlisted = (draft.unlisted?.events ?? 0) - (sealed.unlisted?.events ?? 0);
  const known = new Set(sealed.findings.listed.map(({ id, number }) => `${id} ${number}`));
  return {
    events: now.filter(({ id }) => !before.has(id)).length + unlisted,
    revised: now.filter(({ id, digest }) => (before.get(id) ?? digest) !== digest).length,
    parts: (["grant", "sessions", "residue", "unknownChanges", "gaps"] as const).filter(
      (part) => canonicalJson(draft[part]) !== canonicalJson(sealed[part]),
    ),
    findings: draft.findings.listed.filter(({ id, number }) => !known.has(`${id} ${number}`))
      .length,
  };
}

function eventsOf({
  timeline,
}: Dossier): readonly { readonly id: string; readonly digest: string }[] {
  return timeline.flatMap(({ events }) => events);
}
