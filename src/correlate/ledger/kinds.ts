import type { Finding, FindingTemplate } from "../findings/finding.ts";
import type { FieldsChange, ObjectOwner } from "../../model/change.ts";
import type { Facts, OutOfBandFacts } from "../../model/facts.ts";
import type { AuditEvent, Verdict } from "../../model/generated/audit-event.ts";
import type { GrantResource } from "../../model/generated/grant.ts";
import type { Micros } from "../../model/time.ts";

/** An event that was journaled: what a later copy of its id is compared with. */
export interface SeenDocument {
  /** Digest of a Teleport record's content; null where the id itself is bound to content. */
  readonly digest: string | null;
}

/**
 * An event whose verdict later evidence may change (H3), as it was journaled last: with the labels and the verdict of its last
 * revision. Its original stays in the journal.
 */
export interface JudgedDocument {
  readonly event: Omit<AuditEvent, "original">;
  readonly facts: Facts;
  readonly principal: string | null;
  /** Ids that were named and that the verdict does not have. */
  readonly unseen?: readonly string[];
  /** Of its last revision; 0 where there is none. */
  readonly number: number;
}

/** A request of a vendor's user or agent to a Kubernetes API server, as far as its stages have come. */
export interface ApiRequestDocument {
  /** The one name of whom it was made as: the impersonated user, else the authenticated one. */
  readonly name: string;
  /** A leaf's agent made it: the impersonated user is `remote-<user>-<root cluster>` (W2). */
  readonly isRemote: boolean;
  readonly groups: readonly string[];
  readonly cluster: string;
  readonly receivedAt: Micros;
  /** Any stage says that the server refused it for want of a right. */
  readonly isRefused: boolean;
  /** Method and path as Teleport's `kube.request` has them. */
  readonly method: string;
  readonly path: string;
  /** As the API server logged them. */
  readonly uri: string;
  readonly verb: string;
  /** Stages but RequestReceived, by name: when they were reached. */
  readonly stages: Readonly<Record<string, Micros>>;
  /** Verdicts of those stages that were judged, by name. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

/** A request to a Kubernetes API server as the log of a vendor's root cluster has it (kube.request). */
export interface ProxiedRequestDocument {
  readonly eventId: string;
  readonly at: Micros;
  readonly person: string;
  readonly accessRequests: readonly string[];
  /** Null in a root's record of a call that a leaf's agent made: then the names of groups and cluster are not the API server's. */
  readonly groups: readonly string[] | null;
  readonly kubernetesCluster: string | null;
}

/** One record about an access request, as far as the grant is derived from it. */
export interface GrantRecord {
  readonly eventId: string;
  readonly event: string;
  readonly at: Micros;
  readonly cluster: string;
  readonly person: string | null;
  readonly state: string | null;
  readonly proposedState: string | null;
  readonly roles: readonly string[];
  readonly resources: readonly GrantResource[];
  /** Cut where it is long (`keptText`). */
  readonly reason: string | null;
  readonly expires: Micros | null;
  readonly assumeStart: Micros | null;
  readonly by: string | null;
  /** For whom a plugin decided, as it says. */
  readonly delegator: string | null;
}

/** All that is known of one access request, in any order: `deriveGrant` makes the grant of it. */
export interface GrantDocument {
  readonly id: string;
  readonly records: readonly GrantRecord[];
}

/** A Teleport session, as far as its records have come. */
export interface SessionDocument {
  readonly id: string;
  readonly cluster: string;
  /** Null until the session's start or end was read. */
  readonly person: string | null;
  /** Time of the session's start; where only its end was read, what the end says of it. */
  readonly start: Micros | null;
  readonly isStartRead: boolean;
  /** All of this is from the session's recording: the audit log has said nothing of the session yet. */
  readonly isRecorded?: boolean;
  /** The start that it is known by; where none was read, the end. */
  readonly saidBy?: string;
  readonly endedAt: Micros | null;
  /** How it is recorded; null where nothing says so. */
  readonly recording: string | null;
  /** Its end says that it had a terminal, or that it had none. */
  readonly isInteractive: boolean | null;
  readonly accessRequests: readonly string[];
  readonly login: string | null;
  readonly serverId: string | null;
  readonly serverName: string | null;
  readonly addresses: readonly string[];
  readonly protocol: string | null;
  readonly kubernetesCluster: string | null;
  readonly kubernetesGroups: readonly string[];
  readonly podNamespace: string | null;
  readonly podName: string | null;
}

/** A certificate that Teleport issued (cert.create). */
export interface CertificateDocument {
  /** Teleport cluster that issued it. */
  readonly cluster: string;
  readonly createdAt: Micros;
  readonly expires: Micros | null;
  readonly roles: readonly string[];
  readonly accessRequests: readonly string[];
}

/** A credential that a vendor's action made, or the end of what went by its name (M3). */
export interface MadeCredentialDocument {
  /** The Kubernetes user that it authenticates as. */
  readonly userName: string;
  readonly cluster: string;
  readonly at: Micros;
  /** The event that made it; null where this is an end: the account was deleted, or made anew by somebody else. */
  readonly eventId: string | null;
  readonly vendor: string;
  readonly principal: string;
  /** Only a credential with this id is meant; null for all of the user. */
  readonly credentialId: string | null;
}

/** What the use of a credential takes from the event that made it (M3), as it was judged last. */
export type MakingDocument = Pick<Verdict, "grants" | "related" | "coverage">;

/** A certificate request that a vendor made, until it is signed (M3). */
export interface SigningRequestDocument {
  /** Of the event that created it; null where that was not read, or was not a vendor's. */
  readonly made: Omit<MadeCredentialDocument, "credentialId" | "userName"> | null;
  readonly userName: string | null;
  readonly isSigned: boolean;
  readonly credentialId: string | null;
}

/** A lock, by name: its end can be read before its beginning. */
export interface LockDocument {
  readonly name: string;
  /** In the order of their times; a name may be locked again after its lock was deleted. */
  readonly changes: readonly LockChange[];
}

/** A lock that was put, perhaps in place of one of its name, or that was deleted. */
export interface LockChange {
  readonly at: Micros;
  readonly eventId: string;
  readonly isDeleted: boolean;
  readonly expires: Micros | null;
  readonly target: LockTarget;
}

export interface LockTarget {
  readonly user: string | null;
  readonly role: string | null;
  readonly accessRequest: string | null;
}

/** Something that ended at a time: a person's account, a binding. */
export interface EndDocument {
  readonly at: Micros;
  readonly eventId: string;
}

/** What an event waits for (H1); the event itself is in `heldEvents`. */
export interface HoldDocument {
  /** Order of arrival. */
  readonly number: number;
  readonly keys: readonly string[];
  /** Null where no watermark ends the wait. */
  readonly until: Micros | null;
}

/** Events of one grant by coverage. */
export type CountsDocument = Readonly<Record<string, number>>;

/** An object of a Kubernetes cluster, as requests name it. */
export interface ResidueObject {
  readonly cluster: string;
  readonly apiGroup: string;
  /** Plural, as in a path. */
  readonly resource: string;
  readonly namespace: string;
  /** Empty for a deletion of many; ends with a star where the server made a part of it that was not logged. */
  readonly name: string;
}

/** A request that the server accepted and that may leave something behind, or take it away; what is not there was not logged. */
export interface ResidueRequest {
  /** Id of the event. */
  readonly id: string;
  /** When the server answered. */
  readonly at: Micros;
  readonly receivedAt: Micros;
  readonly act: "create" | "change" | "containers" | "token" | "remove" | "remove-all";
  /** The content of the change was not logged. */
  readonly isUnknown?: true;
  readonly kind?: string;
  readonly owners?: readonly ObjectOwner[];
  /** It has more owners than those. */
  readonly hasMoreOwners?: true;
  readonly fields?: FieldsChange;
  readonly containers?: readonly string[];
  readonly expiresAt?: Micros;
  /** Of a deletion of many: those that it names, else all. */
  readonly names?: readonly string[];
  readonly isKept?: boolean;
  /** It is a vendor's. */
  readonly isVendors?: true;
  /** Of a deletion of one of several objects without known names. */
  readonly isOfOne?: true;
  /** Of a deletion: whether it leaves what the object owns. */
  readonly isOrphaning?: boolean;
}

/** What was done to one object, in any order: `residueOf` makes of it what is left. */
export interface ResidueDocument {
  readonly object: ResidueObject;
  readonly requests: readonly ResidueRequest[];
  /** More was done than is kept. */
  readonly isCrowded: boolean;
}

/** A vendor's request that is kept in `residue`, as it was judged last. */
export interface ResidueRequestOf {
  readonly object: ResidueObject;
  /** Grants that it belongs to: those that cover it, else those that it is related to; one empty name for none. Empty for nobody's. */
  readonly grants: readonly string[];
}

/** An object to which something was done under a grant; without one where `grant` is empty. */
export interface ResidueOfGrant {
  readonly grant: string;
  readonly object: ResidueObject;
}

/** A snapshot of a cluster's support access: the requests that it lists, and whose role it has enabled. */
export interface SnapshotDocument {
  readonly at: Micros;
  readonly eventId: string;
  readonly listed: readonly string[];
}

/** A request of support access, as far as snapshots have come, in any order: `deriveSupportGrant` makes the grant of it. */
export interface SupportGrantDocument {
  readonly id: string;
  readonly cluster: string;
  readonly role: string;
  readonly person: string;
  readonly requestedAt: Micros;
  /** What the latest snapshot that lists it says. */
  readonly latest: {
    readonly at: Micros;
    readonly expiresAt: Micros;
    /** Cut where it is long (`keptText`). */
    readonly reason: string | null;
  };
  /** End of the longest certificate that any snapshot names. */
  readonly credentialUntil: Micros | null;
  /** The first snapshot that names it. */
  readonly credentialSeen: { readonly at: Micros; readonly eventId: string } | null;
  /** The first snapshot that lists it, whether or not its role is enabled. */
  readonly firstSeen: { readonly at: Micros; readonly eventId: string };
  /** Where a snapshot has it otherwise than the one before, in the order of time. */
  readonly changes: readonly ListingChange[];
}

/** From this snapshot on it is listed, with its role enabled, or is not. */
export interface ListingChange {
  readonly at: Micros;
  readonly eventId: string;
  readonly isListed: boolean;
  /** Time of the snapshot before; null where there is none. */
  readonly before: Micros | null;
}

/** The version of an out-of-band approval that was recorded last. */
export interface OutOfBandDocument {
  readonly eventId: string;
  readonly facts: OutOfBandFacts;
  /** Whether its evidence was found to be right. */
  readonly isProven: boolean;
}

/** What an event adds to a finding. */
export interface FindingEvidence {
  readonly eventId: string;
  /** When it happened. */
  readonly at: Micros;
  readonly severity: Finding["severity"];
  readonly grants: readonly string[];
  /** Whom it is about, by this event. */
  readonly subject: string | null;
}

/** What a finding says. */
export interface FindingContent {
  /** Event ids. */
  readonly evidence: readonly string[];
  readonly severity: Finding["severity"];
  readonly grants: readonly string[];
  readonly subject: string | null;
}

/** An edition of a finding that is journaled. */
export interface FindingEdition extends FindingContent {
  readonly number: number;
  readonly state: "open" | "withdrawn";
  readonly at: Micros;
}

/** A finding, and what was said of it last. */
export interface FindingDocument {
  /** Of its first edition. */
  readonly id: string;
  readonly template: FindingTemplate;
  /**
   * What is to be said of it, where each edition says all evidence there is; without evidence where its reason was taken away. Null
   * where events are evidence one by one (`findingEvidence`).
   */
  readonly whole: FindingContent | null;
  /** Null where nobody was told of it yet. */
  readonly said: FindingEdition | null;
}
