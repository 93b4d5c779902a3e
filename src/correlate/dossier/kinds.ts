import type { Micros } from "../../model/time.ts";

/** A seal that was made. Rows are only ever added. */
export interface SealDocument {
  readonly number: number;
  readonly digest: string;
  readonly chainDigest: string;
  readonly eventId: string;
}

/** A grant that was sealed. */
export interface SealedDocument {
  readonly last: { readonly number: number; readonly digest: string };
  /** Of the dossier without its sealing: another one makes an addendum. Empty where the sealed form is not known. */
  readonly contentDigest: string;
  /** Losses that were found later are of a later time. */
  readonly gapsUntil: Micros;
  /** When what came after the seal was first observed; null where nothing did. */
  readonly touchedAt: Micros | null;
}

/** Where a chain of seals stands. */
export interface ChainDocument {
  readonly number: number;
  readonly digest: string;
  readonly chainDigest: string;
}

/** A grant that is to be looked at when everything up to a time has come. */
export interface DueDocument {
  readonly grant: string;
  readonly at: Micros;
}

/** A declared loss. */
export interface GapDocument {
  readonly eventId: string;
  readonly foundAt: Micros;
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number | null;
  readonly count: number | null;
  readonly cause: string;
}

/** A verdict that was changed. */
export interface RevisionDocument {
  readonly eventId: string;
  readonly number: number;
  readonly previous: string;
  readonly coverage: string;
}
