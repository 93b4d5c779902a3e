import type { TlsOptions } from "../../model/relay.ts";
import type { DeclaredTls } from "../schema/tls.ts";
import type { References } from "./references.ts";

/** The TLS of a client of ours, with its files read. */
export function resolveTls(
  { certificateAuthority, client }: DeclaredTls,
  references: References,
): TlsOptions {
  return {
    certificateAuthority:
      certificateAuthority === null ? null : references.pem(certificateAuthority),
    client:
      client === null
        ? null
        : { certificate: references.pem(client.certificate), key: references.secret(client.key) },
  };
}
