import type { DossierSealing } from "../../model/dossier.ts";
import type { Seal } from "../../model/generated/audit-event.ts";
import { keyOf } from "../ledger/key.ts";
import { gapsOf } from "./gaps.ts";
import type { ChainDocument } from "./kinds.ts";
import { sealOf, type MadeSeal, type SealedDossier } from "./seal-event.ts";
import { contentDigest, writeDossier, type DossierContext } from "./write.ts";

/** The seals in the ledger: one chain for the organization, and the sealed forms. Rows are only ever added. */
export interface SealBook {
  /** The next seal of the chain, as it would be for this grant; null for a grant that the ledger does not know. */
  next(grant: string, as: Pick<DossierSealing, "basis" | "completeTo">): NextSeal | null;
  keep(next: NextSeal): void;
  /** A seal whose form is not known: only that it was made. */
  keepBare(grant: string, made: BareSeal): void;
  has(grant: string, number: number): boolean;
}

export interface NextSeal {
  readonly dossier: SealedDossier;
  readonly made: MadeSeal;
  /** Of the dossier without its sealing. */
  readonly contentDigest: string;
}

export interface BareSeal extends Pick<Seal, "number" | "digest" | "chainDigest"> {
  readonly eventId: string;
}

const ROW = "organization";
/** Of no content. */
const UNKNOWN = "";

export function createSealBook(context: DossierContext): SealBook {
  const { ledger } = context;

  function record(grant: string, made: BareSeal, content: string): void {
    const { number, digest, chainDigest, eventId } = made;
    const chain: ChainDocument = { number, digest, chainDigest };
    const before = ledger.sealed.get(keyOf(grant));
    const derived = context.grants.byId(grant, null)?.grant ?? null;
    const gaps = derived === null ? [] : gapsOf(ledger, derived, context.skewMax);
    // Whoever folds the seal did not look for it.
    const ended = derived?.endedAt ?? null;
    if (ended !== null) ledger.sealsDue.remove(keyOf(ended, grant));
    for (const at of [0, before?.touchedAt ?? 0]) ledger.addendaDue.remove(keyOf(at, grant));
    ledger.sealChain.put(ROW, chain);
    ledger.seals.put(keyOf(grant, number), { ...chain, eventId });
    ledger.sealed.put(keyOf(grant), {
      last: { number, digest },
      contentDigest: content,
      gapsUntil: gaps.at(-1)?.foundAt ?? 0,
      touchedAt: null,
    });
  }

  return {
    next: (grant, { basis, completeTo }) => {
      const chain = ledger.sealChain.get(ROW);
      const sealing: DossierSealing = {
        number: (chain?.number ?? 0) + 1,
        previousDigest: chain?.digest ?? null,
        previousChainDigest: chain?.chainDigest ?? null,
        addendumTo: ledger.sealed.get(keyOf(grant))?.last ?? null,
        basis,
        completeTo,
      };
      const written = writeDossier(context, grant, sealing);
      if (written === null) return null;
      const dossier = { ...written, sealing };
      return { dossier, made: sealOf(dossier), contentDigest: contentDigest(dossier) };
    },
    keep: ({ dossier, made, contentDigest: content }) => {
      const { grant, sealing } = dossier;
      const { number } = sealing;
      ledger.dossiers.put(keyOf(grant.id, number), made.text);
      record(grant.id, { ...made, number }, content);
    },
    keepBare: (grant, made) => record(grant, made, UNKNOWN),
    has: (grant, number) => ledger.seals.get(keyOf(grant, number)) !== null,
  };
}
