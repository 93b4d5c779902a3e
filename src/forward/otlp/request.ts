import type { HttpAuth, OtlpEndpoint, TlsOptions } from "../../model/relay.ts";
import { SCOPE } from "./log-record.ts";

const LOGS_PATH = "/v1/logs";

/** Where log records are posted: the endpoint's URL, `/v1/logs` added where its path does not end so. */
export function logsUrl(endpoint: string): URL {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith(LOGS_PATH) ? path : `${path}${LOGS_PATH}`;
  return url;
}

/** Headers of every request. What the configuration sets never replaces what the request itself needs. */
export function requestHeaders(endpoint: OtlpEndpoint): Readonly<Record<string, string>> {
  const own = {
    "content-type":
      endpoint.protocol === "http/json" ? "application/json" : "application/x-protobuf",
    "user-agent": `${SCOPE.name}/${SCOPE.version}`,
    ...(endpoint.compression === "gzip" ? { "content-encoding": "gzip" } : {}),
  };
  return { ...authHeaders(endpoint.auth), ...own };
}

/** Headers that say who we are; names in lower case. */
export function authHeaders(auth: HttpAuth | null): Readonly<Record<string, string>> {
  switch (auth?.kind) {
    case undefined:
      return {};
    case "basic": {
      const pair = Buffer.from(`${auth.username}:${auth.password.reveal()}`);
      return { authorization: `Basic ${pair.toString("base64")}` };
    }
    case "bearer":
      return { authorization: `Bearer ${auth.token.reveal()}` };
    case "headers":
      return Object.fromEntries(
        Object.entries(auth.headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]),
      );
  }
}

/** What a TLS connection needs beyond Node's defaults. */
export function tlsOptions(tls: TlsOptions | null): {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
} {
  const { certificateAuthority = null, client = null } = tls ?? {};
  return {
    ...(certificateAuthority === null ? {} : { ca: certificateAuthority }),
    ...(client === null ? {} : { cert: client.certificate, key: client.key.reveal() }),
  };
}
