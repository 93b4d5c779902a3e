import type { Secret } from "./secret.ts";

/** A destination. `spec` as in the Telemetry Relay resource model, with secrets resolved and paths absolute. */
export interface Endpoint {
  readonly slug: string;
  readonly displayName: string;
  readonly spec: EndpointSpec;
}

export type EndpointSpec =
  | ({ readonly kind: "otlp" } & OtlpEndpoint)
  | ({ readonly kind: "kafka" } & KafkaEndpoint)
  | ({ readonly kind: "file" } & FileEndpoint)
  /** A kind that the schema knows and this version cannot run. */
  | { readonly kind: "unbuilt"; readonly name: string };

export type EndpointKind = Exclude<EndpointSpec["kind"], "unbuilt">;

/** The link between one stream and one endpoint. */
export interface Pipeline {
  readonly slug: string;
  readonly stream: string;
  readonly endpoint: string;
  readonly isEnabled: boolean;
  /** Where a new pipeline starts in the journal. */
  readonly start: "oldest" | "now";
}

export interface TlsOptions {
  /** PEM; null for the system's authorities. */
  readonly certificateAuthority: string | null;
  /** PEM of the client certificate and its key; null without one. */
  readonly client: { readonly certificate: string; readonly key: Secret } | null;
}

export interface OtlpEndpoint {
  /** Base URL; `/v1/logs` is added where the path does not end so. */
  readonly endpoint: string;
  readonly protocol: "http/protobuf" | "http/json";
  readonly compression: "none" | "gzip";
  readonly tls: TlsOptions | null;
  readonly auth: HttpAuth | null;
  /** Total time of one attempt. */
  readonly timeoutMs: number;
}

export type HttpAuth =
  | { readonly kind: "basic"; readonly username: string; readonly password: Secret }
  | { readonly kind: "bearer"; readonly token: Secret }
  | { readonly kind: "headers"; readonly headers: Readonly<Record<string, Secret>> };

export interface KafkaEndpoint {
  readonly bootstrapEndpoints: readonly string[];
  readonly topic: string;
  /** `json`: the JSON form. `avro`: the plain Avro encoding of AuditEvent, the schema's version in a header. */
  readonly encoding: "json" | "avro";
  /** What the message key is; `none` spreads by event id. */
  readonly key: "none" | "eventId" | "grantId" | "principal";
  readonly tls: TlsOptions | null;
  readonly sasl: {
    readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
    readonly username: string;
    readonly password: Secret;
  } | null;
  readonly timeoutMs: number;
  /** Largest message that is tried; larger ones are too large without asking. */
  readonly messageBytesMax: number;
}

export interface FileEndpoint {
  /** NDJSON file, created if missing. */
  readonly path: string;
}
