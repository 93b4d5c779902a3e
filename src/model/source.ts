import type { ListenAddress, ServerTls } from "./http.ts";
import type { TlsOptions } from "./relay.ts";
import type { Secret } from "./secret.ts";

/** A configured source with its options resolved: paths are absolute. */
export interface SourceConfiguration {
  readonly name: string;
  readonly cluster: string | null;
  readonly options: SourceOptions;
}

export type SourceOptions =
  | ({ readonly kind: "kubernetesAuditFile" } & FileTailOptions)
  | ({ readonly kind: "teleportFile" } & FileTailOptions)
  | ({ readonly kind: "teleportRecordings" } & TeleportRecordingsOptions)
  | ({ readonly kind: "kubernetesAuditWebhook" } & AuditWebhookOptions)
  | ({ readonly kind: "teleportEventHandler" } & EventHandlerOptions)
  | ({ readonly kind: "supportAccessSnapshots" } & SnapshotOptions)
  | ({ readonly kind: "outOfBand" } & OutOfBandOptions)
  /** A kind that the schema knows and this version cannot run. */
  | { readonly kind: "unbuilt"; readonly name: string };

export interface TeleportRecordingsOptions {
  /** Absolute path of the folder; recordings may stand in folders below it. */
  readonly directory: string;
  /** Time between two looks for recordings. */
  readonly pollMs: number;
  /** How long a recording must have been left alone before it is read. */
  readonly quietForMs: number;
  /** The same for one that is not complete: it is then read as far as it goes, and the rest is declared. */
  readonly incompleteForMs: number;
  readonly filesMax: number;
  /** Most bytes that one part of a recording may inflate to. */
  readonly partInflatedBytesMax: number;
}

/** A folder whose files are read whole, once each. */
export interface DocumentFolderOptions {
  /** Absolute path of the folder; folders below it are not looked into. */
  readonly directory: string;
  /** Time between two looks. */
  readonly pollMs: number;
  /** How long a file must have been left alone before it is read. */
  readonly quietForMs: number;
  readonly filesMax: number;
  /** Largest file that is read whole. */
  readonly fileBytesMax: number;
}

export type SnapshotOptions =
  | ({ readonly from: "directory" } & DocumentFolderOptions)
  | ({ readonly from: "command" } & SnapshotCommandOptions);

/** A command whose standard output is a snapshot. */
export interface SnapshotCommandOptions {
  /** Program and arguments; no shell takes part. A program with a slash in it is an absolute path. */
  readonly command: readonly string[];
  /** Time between the beginnings of two runs. */
  readonly intervalMs: number;
  /** When a run that has not ended is killed. */
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
}

export interface OutOfBandOptions extends DocumentFolderOptions {
  /** Largest evidence file whose digest is made. */
  readonly evidenceBytesMax: number;
}

export interface FileTailOptions {
  /** Absolute glob patterns. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Where a file without a checkpoint starts at the very first run; files that appear later are always read from their beginning. */
  readonly start: "oldest" | "now";
  /** Time between two looks for new files and new bytes. */
  readonly pollMs: number;
  /** Longest line that is kept whole. */
  readonly lineBytesMax: number;
  readonly filesMax: number;
}

/** A source that origins send to over HTTP. Sources of one address share its server; each has paths of its own. */
export interface HttpSourceOptions {
  readonly listen: ListenAddress;
  /** Null for plain HTTP, on loopback alone. */
  readonly tls: ServerTls | null;
  /** Tokens of which a request must have one; empty where it needs none. */
  readonly bearerTokens: readonly Secret[];
  /** Largest body, after decompression. */
  readonly bodyBytesMax: number;
  readonly requestsInFlightMax: number;
  /** Bytes that are received and not durable yet, of all requests together. */
  readonly bytesInFlightMax: number;
  /** Longest time from a request's headers to its answer. */
  readonly acceptWaitMsMax: number;
  /** Bounds of what a request that is pushed back is told to wait. */
  readonly retryAfterMsMin: number;
  readonly retryAfterMsMax: number;
}

export interface AuditWebhookOptions extends HttpSourceOptions {
  readonly path: string;
  readonly metrics: AuditMetricsOptions | null;
}

/** Where the API servers say how many audit events they made and failed to send. */
export interface AuditMetricsOptions {
  /** URLs of the metrics of every API server that sends here. */
  readonly endpoints: readonly string[];
  readonly intervalMs: number;
  /** Longest time that an event may be under way from the API server to us. */
  readonly settleMs: number;
  readonly bearerToken: Secret | null;
  readonly tls: TlsOptions | null;
}

export interface EventHandlerOptions extends HttpSourceOptions {
  /** Where audit events come. */
  readonly path: string;
  /** Where session events come: `<sessionPath>.<session id>.log`. */
  readonly sessionPath: string;
}
