import type { ServerTls } from "../../model/http.ts";
import type { HttpSourceOptions, SourceOptions } from "../../model/source.ts";
import type {
  DeclaredAuditWebhook,
  DeclaredEventHandler,
  DeclaredHttpSource,
} from "../schema/http-sources.ts";
import type { DeclaredServerTls } from "../schema/tls.ts";
import type { References } from "./references.ts";
import { resolveTls } from "./tls.ts";

/** The options of a source that is sent to, with its tokens read. */
export function resolveAuditWebhook(
  declared: DeclaredAuditWebhook,
  references: References,
): SourceOptions {
  const { metrics } = declared;
  return {
    kind: "kubernetesAuditWebhook",
    ...declared,
    ...resolveHttp(declared, references),
    metrics:
      metrics === null
        ? null
        : {
            ...metrics,
            bearerToken:
              metrics.bearerToken === null ? null : references.secret(metrics.bearerToken),
            tls: metrics.tls === null ? null : resolveTls(metrics.tls, references),
          },
  };
}

export function resolveEventHandler(
  declared: DeclaredEventHandler,
  references: References,
): SourceOptions {
  return { kind: "teleportEventHandler", ...declared, ...resolveHttp(declared, references) };
}

function resolveHttp(
  { tls, bearerTokens }: DeclaredHttpSource,
  references: References,
): Pick<HttpSourceOptions, "tls" | "bearerTokens"> {
  return {
    tls: tls === null ? null : resolveServerTls(tls, references),
    bearerTokens: bearerTokens.map((token) => references.secret(token)),
  };
}

function resolveServerTls(declared: DeclaredServerTls, references: References): ServerTls {
  const { certificate, key, clientAuthority } = declared;
  return {
    needsClientCertificate: clientAuthority !== null,
    read: () => ({
      certificate: references.pem(certificate),
      key: references.secret(key),
      clientAuthority: clientAuthority === null ? null : references.pem(clientAuthority),
    }),
  };
}
