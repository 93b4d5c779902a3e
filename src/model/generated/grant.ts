// Generated from schemas/grant/v1.avsc; change the schema, then run: npm run generate
import type { Micros } from "../time.ts";

/** One permission for a principal, with its windows, roles and approval. */
export interface Grant {
  /** The origin's id; derived for origins that give none. */
  readonly id: string;
  /** Organization whose systems the grant opens. */
  readonly organization: string;
  /** teleport-access-request, support-access or out-of-band. */
  readonly kind: string;
  /** Vendor whose principal it is; null where no configured vendor fits. */
  readonly vendor: string | null;
  /** Cluster of the origin that issued it. */
  readonly cluster: string | null;
  /** Who asked: one person or credential. */
  readonly principal: string;
  /** Roles asked for. */
  readonly rolesRequested: readonly string[];
  /** Roles given; those asked for until a decision says otherwise. */
  readonly roles: readonly string[];
  /** Resources that bind the grant; a kind that is not listed is not bound. */
  readonly resources: readonly GrantResource[];
  /** Reason given with the request. */
  readonly reason: string | null;
  /** When it was asked for, microseconds since the epoch. */
  readonly requestedAt: Micros | null;
  /** Decisions in the order of their time. */
  readonly decisions: readonly GrantDecision[];
  /** When the grant is open; several where it was extended or listed again. */
  readonly intervals: readonly GrantInterval[];
  /** End that the origin states, microseconds since the epoch. */
  readonly validUntil: Micros | null;
  /** End of the credential that the origin issued. */
  readonly credentialUntil: Micros | null;
  /** When it ended, where it did. */
  readonly endedAt: Micros | null;
  /** pending, approved, active, ended, denied, lapsed or sealed. */
  readonly state: string;
  /** Ids of the events that made the grant what it is. */
  readonly evidence: readonly string[];
}

/** One resource that the grant is bound to. */
export interface GrantResource {
  /** Cluster that the resource belongs to. */
  readonly cluster: string;
  /** kube_cluster, node, or another kind of the origin. */
  readonly kind: string;
  /** Name of the resource. */
  readonly name: string;
}

/** One decision or review. */
export interface GrantDecision {
  /** Who decided. */
  readonly by: string | null;
  /** When, microseconds since the epoch. */
  readonly at: Micros;
  /** approve or deny. */
  readonly state: string;
  /** Whether it settled the request. */
  readonly isDeciding: boolean;
  /** Event that recorded it. */
  readonly eventId: string;
}

/** One time in which the grant is open: from, included, until, excluded. */
export interface GrantInterval {
  /** Start, microseconds since the epoch. */
  readonly from: Micros;
  /** End; null while none is known. */
  readonly until: Micros | null;
  /** expired, deleted, locked, revoked or released. */
  readonly endCause: string | null;
}
