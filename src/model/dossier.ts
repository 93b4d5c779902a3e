import type { Verdict } from "./generated/audit-event.ts";
import type { GrantResource } from "./generated/grant.ts";

/**
 * The sealed account of one grant, as it is printed, kept and verified. What writes dossiers and what verifies them share this file and
 * nothing else.
 *
 * **Canonical form.** JSON in UTF-8 without white space; the keys of every object in ascending order of their UTF-16 code units; arrays
 * in their order; numbers are integers within ±(2^53 − 1), in plain digits; strings escape `"`, `\` and the characters below U+0020 alone, as
 * ECMAScript's `JSON.stringify` does, and hold no lone surrogate.
 *
 * **Digests** are SHA-256 in lower-case hexadecimal, of text in UTF-8:
 * - of a dossier: its canonical form;
 * - of an event in it: the canonical form of `{"id": …, "verdict": …}`, so that it covers what was said of the event;
 * - of all events: the lines `<id> <digest>`, in ascending order of the ids' UTF-16 code units, joined by line feeds;
 * - of events that are not listed: the same of their ids alone;
 * - of the chain: the chain digest of the seal before, then the digest of this dossier, without anything between; for the first seal the
 *   digest of the dossier alone;
 * - the id of the seal's event: the canonical form of `["seal", organization, grant, number, digest]`.
 */
export interface DossierFile {
  readonly format: "chaperone-dossier-1";
  readonly dossier: Dossier;
  /** Null for a draft. */
  readonly seal: DossierSeal | null;
}

/** What the dossier cannot say of itself. */
export interface DossierSeal {
  /** Of the dossier. */
  readonly digest: string;
  readonly chainDigest: string;
  /** Of the event in `logs-grants` that says so. */
  readonly eventId: string;
}

/** RFC 3339 in UTC with six fraction digits: texts sort as times do. */
export type Instant = string;

export interface Dossier {
  readonly organization: string;
  readonly grant: DossierGrant;
  /** Null in a draft. */
  readonly sealing: DossierSealing | null;
  /** Every configured source, and every other place that events of the grant are from. */
  readonly origins: readonly DossierOrigin[];
  /** Declared losses that may have taken events of the grant with them. */
  readonly gaps: Listed<DossierGap>;
  /** How many of the timeline's actions have which coverage, by class. */
  readonly coverage: readonly CoverageRow[];
  readonly sessions: readonly DossierSession[];
  /** By time; the worst of them, where there are too many. */
  readonly findings: Listed<DossierFinding>;
  readonly residue: readonly DossierResidue[];
  readonly unknownChanges: readonly DossierUnknownChange[];
  /** Verdicts that evidence changed which came late. */
  readonly revisions: Listed<DossierRevision>;
  /** By time; where there are too many events, those that the findings name, and the earliest. */
  readonly timeline: readonly DossierAction[];
  /** Events of the grant beyond those that the timeline has room for. */
  readonly unlisted: { readonly events: number; readonly idsDigest: string } | null;
  readonly eventsDigest: string;
}

/** A list with a limit, and how many are beyond it. */
export interface Listed<T> {
  readonly listed: readonly T[];
  readonly unlisted: number;
}

/** The grant, as in schemas/grant; `state` is that of the sealing, without `sealed` itself. */
export interface DossierGrant {
  readonly id: string;
  readonly kind: string;
  readonly vendor: string | null;
  readonly cluster: string | null;
  readonly principal: string;
  readonly rolesRequested: readonly string[];
  readonly roles: readonly string[];
  readonly resources: readonly GrantResource[];
  readonly reason: string | null;
  readonly requestedAt: Instant | null;
  readonly decisions: readonly DossierDecision[];
  /** From, included, until, excluded. */
  readonly intervals: readonly DossierInterval[];
  /** Where a deleted role or binding ended it earlier on one cluster. */
  readonly onClusters: readonly {
    readonly cluster: string;
    readonly intervals: readonly DossierInterval[];
  }[];
  readonly validUntil: Instant | null;
  readonly credentialUntil: Instant | null;
  readonly endedAt: Instant | null;
  readonly state: string;
  /** Ids of the events that made it what it is. */
  readonly evidence: readonly string[];
}

export interface DossierDecision {
  readonly by: string | null;
  readonly at: Instant;
  readonly state: string;
  readonly isDeciding: boolean;
  readonly eventId: string;
}

export interface DossierInterval {
  readonly from: Instant;
  readonly until: Instant | null;
  readonly endCause: string | null;
}

/** Place in the organization's chain of seals, and why the grant could be sealed. */
export interface DossierSealing {
  /** 1 for the organization's first seal. */
  readonly number: number;
  readonly previousDigest: string | null;
  readonly previousChainDigest: string | null;
  /** The seal of the same grant that this one adds to; null for the grant's first. */
  readonly addendumTo: { readonly number: number; readonly digest: string } | null;
  /**
   * `watermarks`: every source with a watermark had passed `completeTo`. `end-of-input`: every source had ended, and the latest record
   * was of `completeTo`.
   */
  readonly basis: "watermarks" | "end-of-input";
  readonly completeTo: Instant;
}

/** Events of the grant from one place, as the timeline lists them. */
export interface DossierOrigin {
  /** Name of the source. */
  readonly name: string;
  /** kubernetes-audit, teleport, teleport-recording, support-access or out-of-band. */
  readonly kind: string;
  readonly cluster: string | null;
  /** A source without a watermark, and one that is not configured any more, is not waited for. */
  readonly isWaitedFor: boolean;
  readonly events: number;
  readonly first: Instant | null;
  readonly last: Instant | null;
}

export interface DossierGap {
  readonly eventId: string;
  readonly source: string;
  /** When it was found; what is missing is older. */
  readonly foundAt: Instant;
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number | null;
  readonly count: number | null;
  readonly cause: string;
}

export interface CoverageRow {
  readonly coverage: string;
  readonly class: string;
  readonly actions: number;
}

export interface DossierSession {
  readonly id: string;
  /** ssh, kube, …; null where the log does not say. */
  readonly protocol: string | null;
  readonly cluster: string;
  readonly person: string | null;
  readonly login: string | null;
  /** The host, or `cluster namespace/pod`; null where the log does not say. */
  readonly reached: string | null;
  readonly start: Instant | null;
  readonly end: Instant | null;
  /** `uploaded`: Teleport says that it has the recording. */
  readonly recording: "uploaded" | "none-seen";
}

export interface DossierFinding {
  /** Of its first edition. */
  readonly id: string;
  /** Edition. */
  readonly number: number;
  readonly rule: string;
  readonly severity: string;
  readonly state: string;
  readonly subject: string | null;
  readonly at: Instant;
  /** Ids of events. */
  readonly evidence: readonly string[];
}

/** Something that was there when the grant ended and that requests under it had made. */
export interface DossierResidue {
  /** object, fields, token or debug-container. */
  readonly what: string;
  readonly cluster: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly since: Instant;
  /** Ids of the requests that made it. */
  readonly evidence: readonly string[];
  /** What came of it. */
  readonly children: readonly Omit<DossierResidue, "children">[];
}

/** A change of which the audit policy logged no content: nobody can say whether it left something. */
export interface DossierUnknownChange {
  readonly at: Instant;
  readonly cluster: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly eventId: string;
}

export interface DossierRevision {
  readonly eventId: string;
  readonly number: number;
  readonly previous: string;
  readonly coverage: string;
}

/** Something that was done; a Kubernetes request once, with all its stages. */
export interface DossierAction {
  readonly at: Instant;
  /** The time that its coverage is judged at. */
  readonly judgedAt: Instant;
  readonly origin: {
    readonly name: string;
    readonly kind: string;
    readonly cluster: string | null;
  };
  readonly actor: string | null;
  readonly impersonator: string | null;
  readonly class: string;
  readonly name: string;
  readonly target: {
    readonly kind: string | null;
    readonly apiGroup: string | null;
    readonly namespace: string | null;
    readonly name: string | null;
    readonly subresource: string | null;
    readonly host: string | null;
  };
  /** Command line, secrets in it redacted. */
  readonly command: string | null;
  readonly outcome: { readonly status: string; readonly code: string | null };
  readonly session: string | null;
  /** Of all its events. */
  readonly verdict: Verdict;
  readonly events: readonly DossierEvent[];
}

export interface DossierEvent {
  readonly id: string;
  readonly at: Instant;
  /** Stage of a Kubernetes request. */
  readonly stage: string | null;
  /** Number of the revision whose verdict this is; 0 for the first verdict. */
  readonly revision: number;
  readonly digest: string;
}
