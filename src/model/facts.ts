import type { ContentDigest } from "./content-digest.ts";
import type { Micros } from "./time.ts";

/**
 * What correlation needs of a record beyond the event's own fields. Facts are never stored: the normalizer that made them makes
 * the same ones again from the event's original bytes.
 */
export type Facts = KubernetesFacts | TeleportFacts | SupportAccessFacts | OutOfBandFacts;

export interface KubernetesUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** Facts of one Kubernetes audit event. */
export interface KubernetesFacts {
  readonly dialect: "kubernetes-audit";
  /** The authenticated user; null for a 401, which has none. */
  readonly user: KubernetesUser | null;
  /** The user that the request was made as; null without impersonation, and at RequestReceived. */
  readonly impersonated: KubernetesUser | null;
  readonly cluster: string;
  readonly auditId: string;
  readonly stage: string;
  readonly verb: string;
  readonly requestUri: string;
  readonly receivedAt: Micros;
  /** When this stage was reached; null where the record does not say. */
  readonly stageAt: Micros | null;
  /** Of the credential in use, such as `JTI=…`; null where the server does not log it. */
  readonly credentialId: string | null;
  readonly code: number | null;
  /** `allow`, `forbid`, or null where the server logged none. */
  readonly decision: string | null;
  /** `JTI=…` of the token that the request issued; null where the server does not log it. */
  readonly issuedCredentialId: string | null;
  /** Of a CertificateSigningRequest; null for everything else. */
  readonly signing: SigningFacts | null;
  /** Null for non-resource requests. */
  readonly object: {
    readonly apiGroup: string;
    readonly resource: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  } | null;
  /** The way to a node that the written pod or template opens; null for everything else. */
  readonly hostAccess: HostAccess | null;
}

/** A pod of `kubectl debug node`, one that enters the init process, or one with the node's root and namespaces. */
export type HostAccess = "kubectl-debug" | "nsenter" | "host-root";
/** What an event about a CertificateSigningRequest says of the certificate. */
export interface SigningFacts {
  /** The user that it names; null where no body was logged. */
  readonly userName: string | null;
  readonly isSigned: boolean;
  /** The body says that it was refused. */
  readonly isDenied: boolean;
  /** `X509SHA256=…` of the certificate; null where it was not logged. */
  readonly credentialId: string | null;
}

/** Facts of one event of Teleport's audit log. Times of year 1 are null; absent lists are empty. */
export interface TeleportFacts {
  readonly dialect: "teleport";
  readonly event: string;
  readonly code: string | null;
  readonly uid: string | null;
  readonly cluster: string;
  readonly time: Micros;
  readonly user: string | null;
  readonly login: string | null;
  readonly impersonator: string | null;
  /** Access requests of the credential in use; null where the record has no such field. */
  readonly accessRequests: readonly string[] | null;
  readonly sessionId: string | null;
  readonly serverId: string | null;
  readonly serverName: string | null;
  readonly addressRemote: string | null;
  readonly addressLocal: string | null;
  readonly protocol: string | null;
  readonly kubernetesCluster: string | null;
  readonly kubernetesUsers: readonly string[];
  readonly kubernetesGroups: readonly string[];
  readonly podNamespace: string | null;
  readonly podName: string | null;
  /** Path of a kube.request, without query. */
  readonly requestPath: string | null;
  /** HTTP method of a kube.request. */
  readonly method: string | null;
  readonly sessionStart: Micros | null;
  /** How the session is recorded: `node`, `proxy`, their `-sync` forms, `off`; null where the record does not say. */
  readonly sessionRecording: string | null;
  /** Of a session's end: whether it had a terminal; null everywhere else. */
  readonly isInteractive: boolean | null;
  readonly accessRequest: AccessRequestFacts | null;
  readonly certificate: CertificateFacts | null;
  readonly lock: LockFacts | null;
  /** The `name` of a resource event: the user of user.delete, the role of role.deleted. */
  readonly resourceName: string | null;
  /** Equal for the same event in another spelling or form (`isSameContent`). */
  readonly contentDigest: ContentDigest;
  /** It stands in a session recording, which whoever ran the session's host could have written: it proves nothing but its session. */
  readonly isRecorded: boolean;
}

/** Of access_request.*. */
export interface AccessRequestFacts {
  readonly id: string;
  readonly state: string | null;
  readonly roles: readonly string[];
  readonly resources: readonly {
    readonly cluster: string;
    readonly kind: string;
    readonly name: string;
  }[];
  readonly reason: string | null;
  readonly expires: Micros | null;
  readonly assumeStartTime: Micros | null;
  readonly maxDuration: Micros | null;
  readonly updatedBy: string | null;
  readonly delegator: string | null;
  readonly reviewer: string | null;
  readonly proposedState: string | null;
}

/** Of cert.create: the identity in the certificate. */
export interface CertificateFacts {
  readonly user: string;
  readonly roles: readonly string[];
  readonly accessRequests: readonly string[];
  readonly kubernetesUsers: readonly string[];
  readonly kubernetesGroups: readonly string[];
  readonly kubernetesCluster: string | null;
  readonly expires: Micros | null;
}

/** Of lock.created and lock.deleted. */
export interface LockFacts {
  readonly name: string | null;
  readonly expires: Micros | null;
  readonly target: {
    readonly user: string | null;
    readonly role: string | null;
    readonly accessRequest: string | null;
  };
}

/** Facts of one snapshot of a cluster's support access. */
export interface SupportAccessFacts {
  readonly dialect: "support-access";
  readonly cluster: string;
  /** When the snapshot was taken. */
  readonly at: Micros;
  readonly isEnabled: boolean;
  readonly enabledRoles: readonly string[];
  readonly requests: readonly SupportRequestFacts[];
}

/** A request that a snapshot lists as active. */
export interface SupportRequestFacts {
  /** Made of cluster, role, requestor and time of the request: the origin gives none. */
  readonly grantId: string;
  readonly role: string;
  /** The name in the certificates of whoever asked. */
  readonly requestor: string;
  readonly reason: string | null;
  readonly requestedAt: Micros;
  readonly expiresAt: Micros;
  /** End of the latest certificate; null where none was made. */
  readonly credentialUntil: Micros | null;
}

/** Facts of one recorded approval that was given in another way, such as by mail. */
export interface OutOfBandFacts {
  readonly dialect: "out-of-band";
  readonly id: string;
  readonly requester: string;
  /** Null where it is for any cluster. */
  readonly cluster: string | null;
  readonly roles: readonly string[];
  readonly resources: readonly {
    readonly cluster: string;
    readonly kind: string;
    readonly name: string;
  }[];
  readonly reason: string | null;
  readonly requestedAt: Micros | null;
  readonly approvedBy: string;
  readonly approvedAt: Micros;
  readonly notBefore: Micros;
  /** Excluded. */
  readonly notAfter: Micros;
  readonly recordedBy: string;
  readonly recordedAt: Micros;
  /** Of the document's bytes, lower-case hexadecimal: tells versions that were recorded at one time apart. */
  readonly sha256: string;
}
