// Generated from schemas/audit-event/v2.avsc; change the schema, then run: npm run generate
import type { Micros } from "../time.ts";

/** One normalized audit event, tied to the grants that allowed it. Instants are microseconds since the Unix epoch, UTC. */
export interface AuditEvent {
  /** Identity bound to content: the same event read twice, or from two sources, has the same id. */
  readonly id: string;
  /** Organization whose event it is. */
  readonly organization: string;
  /** At least stream; vendor where the event is a vendor's; principal, who answers for it, where that is not its actor; schema=unknown for event types without a normalization of their own. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where the event comes from. */
  readonly origin: Origin;
  /** When it happened, by the origin's clock. */
  readonly occurredAt: Micros;
  /** When it ended, for what lasts. */
  readonly endedAt: Micros | null;
  /** When the record was read; not part of the content. */
  readonly observedAt: Micros;
  /** Who did it. */
  readonly actor: Actor;
  /** What was done. */
  readonly action: Action;
  /** What it was done to. */
  readonly target: Target;
  /** With what result. */
  readonly outcome: Outcome;
  /** Session, where there is one. */
  readonly session: Session | null;
  /** What is particular to this kind of event; one branch. */
  readonly detail: { readonly kubernetes: KubernetesDetail } | { readonly teleport: TeleportDetail } | { readonly grant: GrantDetail } | { readonly command: CommandDetail } | { readonly finding: FindingDetail } | { readonly revision: RevisionDetail } | { readonly gap: GapDetail } | { readonly unreadable: UnreadableDetail } | { readonly export: ExportDetail } | null;
  /** The record; null for events of our own. */
  readonly original: Original | null;
  /** What correlation says of the event. */
  readonly verdict: Verdict;
}

/** The system that produced the record, and where it was read. */
export interface Origin {
  /** kubernetes-audit, teleport, teleport-recording, support-access, out-of-band or chaperone. */
  readonly kind: string;
  /** Name of the configured source. */
  readonly name: string;
  /** Cluster that the record is about. */
  readonly cluster: string | null;
  /** Place in the source, such as device:inode:offset of a line; not part of the content. */
  readonly position: string;
}

/** Who did it: the effective actor, which is the impersonated user where there is one. */
export interface Actor {
  /** Name as the origin knows it. */
  readonly name: string | null;
  /** The origin's own id of the actor. */
  readonly uid: string | null;
  /** human, service, bot, system or unknown. */
  readonly kind: string;
  /** Groups that the origin acted on. */
  readonly groups: readonly string[];
  /** Roles that the origin lists for the actor. */
  readonly roles: readonly string[];
  /** Authenticated user who acted as this actor. */
  readonly impersonator: string | null;
  /** Address of the last, trustworthy hop. */
  readonly sourceAddress: string | null;
  /** Addresses that the client could have written itself. */
  readonly claimedAddresses: readonly string[];
  /** User agent; client-supplied. */
  readonly userAgent: string | null;
  /** Id of the credential in use. */
  readonly credentialId: string | null;
}

/** What was done. */
export interface Action {
  /** read, write, delete, execute, session, access, authenticate, administer, observe or other. */
  readonly class: string;
  /** The origin's word for it: a verb, an event type. */
  readonly name: string;
}

/** What it was done to. */
export interface Target {
  /** Kind of object, in the origin's plural: pods, secrets, node, access_request. */
  readonly kind: string | null;
  /** Kubernetes API group; empty for the core group, null where there is none. */
  readonly apiGroup: string | null;
  /** Kubernetes namespace. */
  readonly namespace: string | null;
  /** Name of the object. */
  readonly name: string | null;
  /** Kubernetes subresource, such as exec. */
  readonly subresource: string | null;
  /** Host that the action reached. */
  readonly host: string | null;
}

/** With what result. */
export interface Outcome {
  /** success, failure, denied, opened, unauthenticated or unknown. */
  readonly status: string;
  /** Code of the origin: an HTTP status, an exit code, an event code. */
  readonly code: string | null;
  /** Reason that the origin gives. */
  readonly reason: string | null;
}

/** The session that the event belongs to. */
export interface Session {
  /** Id of the session. */
  readonly id: string;
  /** ssh, kubernetes, database, app, desktop or unknown. */
  readonly kind: string;
}

/** An event of the Kubernetes API server's audit log. */
export interface KubernetesDetail {
  /** auditID as logged. Set by the client if it likes: never a key by itself. */
  readonly auditId: string;
  /** Level of the audit policy: Metadata, Request or RequestResponse. */
  readonly level: string;
  /** RequestReceived, ResponseStarted, ResponseComplete or Panic. */
  readonly stage: string;
  /** Verb as logged; the lower-case HTTP method for non-resource requests. */
  readonly verb: string;
  /** Path and query, secrets in it redacted. */
  readonly requestUri: string;
  /** When the API server received the request, microseconds since the epoch. */
  readonly requestReceivedTimestamp: Micros | null;
  /** When this stage was reached, microseconds since the epoch. */
  readonly stageTimestamp: Micros | null;
  /** Annotation authorization.k8s.io/decision: allow, forbid; null where the server logged none. */
  readonly decision: string | null;
  /** Paths of the fields of this event in which something was redacted. */
  readonly redacted: readonly string[];
}

/** An event of Teleport's audit log. */
export interface TeleportDetail {
  /** Unique id that Teleport gave the event; null for the types that have none. */
  readonly uid: string | null;
  /** Event type, such as session.start. */
  readonly event: string;
  /** Event code, such as T2000I. */
  readonly code: string | null;
  /** Session id (sid) as logged; null where empty or absent. */
  readonly sessionId: string | null;
  /** Teleport cluster that logged the event. */
  readonly clusterName: string | null;
  /** Index of the event within its session (ei). */
  readonly index: number;
  /** Access requests of the credential in use, as logged. */
  readonly accessRequests: readonly string[];
  /** Teleport server that handled the connection. */
  readonly serverId: string | null;
  /** Login on the target host. */
  readonly login: string | null;
  /** Kubernetes cluster as Teleport names it. */
  readonly kubernetesCluster: string | null;
  /** Paths of the fields of this event in which something was redacted. */
  readonly redacted: readonly string[];
}

/** A change of a grant, as its origin recorded it. */
export interface GrantDetail {
  /** Unique id of the origin's event; null where the origin gives none. */
  readonly uid: string | null;
  /** The origin's word for the change, such as access_request.update. */
  readonly event: string;
  /** The origin's event code. */
  readonly code: string | null;
  /** Id of the grant that changed. */
  readonly grantId: string;
  /** teleport-access-request, support-access or out-of-band. */
  readonly kind: string;
  /** requested, reviewed, approved, denied, deleted, expired, searched, sealed or other. */
  readonly change: string;
  /** State after the change in the origin's words. */
  readonly state: string | null;
  /** Who asked for the grant, where the record says so. */
  readonly principal: string | null;
  /** Who decided, where the record says so. */
  readonly decidedBy: string | null;
  /** Roles that the record names: asked for, or given instead. */
  readonly roles: readonly string[];
  /** Reason given by whoever made the change. */
  readonly reason: string | null;
  /** Earliest use that the record states, microseconds since the epoch. */
  readonly validFrom: Micros | null;
  /** End of access that the record states, microseconds since the epoch. */
  readonly validUntil: Micros | null;
  /** The seal, where the change is sealed. */
  readonly seal: Seal | null;
}

/** The seal of a grant's dossier: what makes a later change of it show. */
export interface Seal {
  /** Place in the organization's chain of seals, 1 for the first. */
  readonly number: number;
  /** SHA-256 of the canonical form of the sealed dossier, lower-case hexadecimal. */
  readonly digest: string;
  /** Digest of the seal before it in the chain; null for the first. */
  readonly previousDigest: string | null;
  /** SHA-256 over the chain digest of the seal before it and this digest, lower-case hexadecimal. */
  readonly chainDigest: string;
  /** Events that the dossier holds. */
  readonly events: number;
  /** Findings that the dossier holds. */
  readonly findings: number;
  /** Declared gaps that the dossier holds. */
  readonly gaps: number;
}

/** A command line that a person ran in a session. */
export interface CommandDetail {
  /** The command line, secrets in it redacted. */
  readonly text: string;
  /** Arguments, where the origin lists them one by one. */
  readonly arguments: readonly string[];
  /** Path of the program. */
  readonly path: string | null;
  /** Exit code as logged. */
  readonly exitCode: string | null;
  /** Whether the line was put together from terminal output. */
  readonly isReconstructed: boolean;
}

/** Something is wrong, and why we say so. */
export interface FindingDetail {
  /** Name of the rule, such as action-uncovered. */
  readonly rule: string;
  /** info, low, medium, high or critical. */
  readonly severity: string;
  /** Ids of the events that show it; never empty. */
  readonly evidence: readonly string[];
  /** Ids of the grants that it concerns. */
  readonly grants: readonly string[];
  /** Person, object or source that it is about. */
  readonly subject: string | null;
  /** 1 for the first edition of a finding, then 2, and so on; the highest number counts. */
  readonly number: number;
  /** Id of the first edition, where this is a later one. */
  readonly firstId: string | null;
  /** open, or withdrawn where later evidence took its reason away; evidence then is that of the last edition. */
  readonly state: string;
}

/** A changed verdict of an earlier event; the highest number counts. */
export interface RevisionDetail {
  /** Id of the event whose verdict changed. */
  readonly eventId: string;
  /** 1 for the first revision of an event, then 2, and so on. */
  readonly number: number;
  /** The verdict that this one replaces. */
  readonly previous: Verdict;
}

/** What correlation says of an event: which grants, how we know, whether they covered it. */
export interface Verdict {
  /** Ids of all grants that cover the event, never a pick among them. */
  readonly grants: readonly string[];
  /** Ids of the requests that the event belongs to and that do not cover it. */
  readonly related: readonly string[];
  /** How the grants are known: named, session, credential, proxied, window, recorded or none. */
  readonly method: string;
  /** covered, outside-role, before-approval, after-expiry, after-revocation, denied, standing, uncovered, ambiguous, unresolved, evidence or not-vendor. */
  readonly coverage: string;
  /** Milliseconds of tolerance that a join in time used; null where none was used. */
  readonly skewMs: number | null;
}

/** Something that existed and cannot be had: a declared loss. */
export interface GapDetail {
  /** Name of the source, or of the part of Chaperone, in which it is missing. */
  readonly source: string;
  /** First missing position. */
  readonly from: string;
  /** First position after the gap. */
  readonly to: string;
  /** Missing bytes, where known. */
  readonly sizeBytes: number | null;
  /** Missing events, where known. */
  readonly count: number | null;
  /** Why it is missing, with quoted values. */
  readonly cause: string;
}

/** A record that no normalizer could read; its bytes are in original. */
export interface UnreadableDetail {
  /** Dialect that the source is configured to speak. */
  readonly dialect: string;
  /** What could not be read, with the byte offset where there is one. */
  readonly why: string;
}

/** A step of a session-log export request. */
export interface ExportDetail {
  /** Id of the export request. */
  readonly requestId: string;
  /** State after the step. */
  readonly state: string;
  /** Who asked. */
  readonly requester: string | null;
  /** Access Request Approver who initiated or approved it. */
  readonly approver: string | null;
  /** Ids of the sessions asked for. */
  readonly sessions: readonly string[];
  /** Reason given. */
  readonly reason: string | null;
}

/** The record exactly as the origin wrote it. */
export interface Original {
  /** The bytes, never altered. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, lower-case hexadecimal. */
  readonly sha256: string;
  /** Length of the record where only its head could be kept. */
  readonly truncatedFromBytes: number | null;
}
