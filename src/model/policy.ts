/** The most that `hold.heldEventsMax` can be. */
export const HELD_EVENTS_MOST = 10_000_000;

/** What the organization says about itself and its vendors: the configuration that verdicts depend on. */
export interface Policy {
  readonly organization: string;
  readonly vendors: readonly Vendor[];
  /** Patterns of the people who may approve access. */
  readonly approvers: readonly string[];
  /** Patterns of the organization's own people, who may use the same Teleport. */
  readonly organizationUsers: readonly string[];
  readonly approval: { readonly pendingForMs: number; readonly validForMs: number };
  readonly hold: {
    /** Longest wait for evidence, wall time (H1). */
    readonly holdForMs: number;
    readonly heldEventsMax: number;
    /** How late a source may bring a record (H2). */
    readonly latenessMs: number;
    /** How far ahead of our clock an origin's clock is believed (H2). */
    readonly skewMaxMs: number;
    /** Tolerance of joins between the clocks of two origins (M4). */
    readonly skewMs: number;
  };
  /** How long after its end a grant is sealed, by the watermarks of all sources. */
  readonly dossier: { readonly sealAfterMs: number };
  readonly silence: {
    /** How long a source may say nothing, or not be read, while a grant is open (`origin-silent`). */
    readonly afterMs: number;
    /** Names of the sources that always have something to say; of all others only what cannot be read is silent. */
    readonly speaking: readonly string[];
    /** Time between two heartbeats of each stream; null for none. */
    readonly heartbeatMs: number | null;
  };
}

/** One organization whose staff is let in. Patterns match whole names, case included; `*` stands for any characters. */
export interface Vendor {
  readonly name: string;
  readonly users: readonly string[];
  readonly bots: readonly string[];
  /** Teleport clusters of the vendor: the roots. */
  readonly clusters: readonly string[];
  readonly leafClusters: readonly string[];
  /** Kubernetes users by which the vendor's Teleport agents reach the API server. */
  readonly impersonators: readonly string[];
  readonly roles: readonly VendorRole[];
  /** Namespaces that `residue` sweeps. */
  readonly namespaces: readonly string[];
  /** Networks in CIDR from which its people come; empty where nothing is said about that (`off-network`). */
  readonly networks: readonly string[];
}

export interface VendorRole {
  readonly name: string;
  readonly kubernetesGroups: readonly string[];
  readonly kubernetesUsers: readonly string[];
  readonly logins: readonly string[];
  readonly isStanding: boolean;
  /** Null where the configuration says nothing: then only the server's refusals are outside the role. */
  readonly permits: Permits | null;
  /** ClusterRoles and bindings whose deletion ends the role's grants (G3). */
  readonly bindings: readonly string[];
}

/** C4: what a role permits is what its preset or one of its rules permits. */
export interface Permits {
  readonly preset: "read" | "operate" | "all" | null;
  readonly rules: readonly PermitRule[];
}

/** As in Kubernetes RBAC; `*` stands for all; an empty `namespaces` for every namespace; `resource/subresource` for subresources. */
export interface PermitRule {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  /** Empty for every group. */
  readonly apiGroups: readonly string[];
  readonly namespaces: readonly string[];
}
