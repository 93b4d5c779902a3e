import type { Micros } from "./time.ts";

/**
 * What an accepted write changed of one Kubernetes object, as far as its record tells. Made from the original bytes, and only for
 * writes that may leave something behind, or take it away.
 */
export interface KubernetesChange {
  /** Whether the audit policy had the request's or the answer's body logged, and it could be read. */
  readonly isBodyLogged: boolean;
  /** Kind as a body names it; null where none is logged. */
  readonly kind: string | null;
  /** Name as a body has it, which alone tells a generated one. */
  readonly name: string | null;
  /** What the server makes a name of, where the request leaves that to it; null where it does not. */
  readonly namePrefix: string | null;
  readonly owners: readonly ObjectOwner[];
  /** It has more owners than those. */
  readonly hasMoreOwners: boolean;
  /** What it did to the fields that are followed; null where it touched none of them. */
  readonly fields: FieldsChange | null;
  /** Debug containers that a pod has by this write; null where the record does not say. */
  readonly debugContainers: readonly string[] | null;
  /** When a token runs out. */
  readonly expiresAt: Micros | null;
  /** Names that a deletion of many took away; null where the record does not say. */
  readonly deletedNames: readonly string[] | null;
  /** Whether finalizers other than the garbage collector's keep the object; null where the record does not say. */
  readonly isKept: boolean | null;
  /** Whether a deletion leaves what the object owns, by its options; null for other writes. */
  readonly isOrphaning: boolean | null;
  /** A deletion whose options say that nothing is to be done. */
  readonly isDryRun: boolean;
}

/** What an object belongs to, by `metadata.ownerReferences`. */
export interface ObjectOwner {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * Fields that are followed: pod templates, a node's `unschedulable`, what RBAC objects say; annotations aside. A path is JSON
 * Pointer's without its first slash, items of lists that merge by a key as `[key]`, others by number.
 */
export interface FieldsChange {
  readonly operations: readonly FieldOperation[];
  /** All followed fields as they were afterwards; null where the record does not say. */
  readonly after: readonly FieldValue[] | null;
  /** `after` is what the request asked for, and not what the server made of a patch. */
  readonly isWholeAsked: boolean;
  /** There was more than is followed: any field may have changed. */
  readonly isCut: boolean;
}

/** `set` puts values in the place of whatever was at the path and below it; `unset` takes that away. */
export type FieldOperation =
  { readonly set: string; readonly values: readonly FieldValue[] } | { readonly unset: string };

/** Path and value: `=` and JSON where everybody may read it, `#` and a digest for what may be a secret. */
export type FieldValue = readonly [path: string, value: string];
