import type { Secret } from "./secret.ts";

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** The TLS of a server of ours. */
export interface ServerTls {
  /** As the files have it now: called again now and then, so that renewed certificates are used. Throws where it cannot be read. */
  read(): ServerCertificate;
  readonly needsClientCertificate: boolean;
}

export interface ServerCertificate {
  /** PEM, with its chain. */
  readonly certificate: string;
  readonly key: Secret;
  /** PEM of the authorities that clients' certificates must be of; null where clients need none. */
  readonly clientAuthority: string | null;
}
