import { hash, timingSafeEqual } from "node:crypto";
import type { HttpSourceOptions } from "../../model/source.ts";
import type { HttpAnswer, HttpRequest } from "../../ports/http-server.ts";

const BEARER = /^bearer +(\S+)$/i;

/**
 * What a request has to show: a certificate of the configured authorities, one of the configured tokens, or both where both are
 * configured. Null for a request that may come in.
 */
export type CredentialCheck = (request: HttpRequest) => HttpAnswer | null;

/** 401 for credentials that are missing, 403 for those that are wrong. */
export function createCredentialCheck({
  bearerTokens,
  tls,
}: Pick<HttpSourceOptions, "bearerTokens" | "tls">): CredentialCheck {
  const needsCertificate = tls?.needsClientCertificate ?? false;
  const known = bearerTokens.map((token) => digestOf(token.reveal()));

  function checkToken(authorization: string | null): HttpAnswer | null {
    const token = BEARER.exec(authorization ?? "")?.[1];
    if (token === undefined) return MISSING_TOKEN;
    const given = digestOf(token);
    // All of them, and by digests of one length: how long it takes says nothing about any of them.
    const matches = known.filter((digest) => timingSafeEqual(digest, given));
    return matches.length > 0 ? null : WRONG_TOKEN;
  }

  return ({ client, authorization }) => {
    if (needsCertificate && client.status === "none") return MISSING_CERTIFICATE;
    if (needsCertificate && client.status === "refused")
      return { ...WRONG_CERTIFICATE, text: `The client certificate is refused: ${client.why}` };
    return known.length === 0 ? null : checkToken(authorization);
  };
}

const MISSING_TOKEN: HttpAnswer = {
  status: 401,
  text: "A bearer token is needed",
  headers: { "www-authenticate": "Bearer" },
  isLast: true,
};
const WRONG_TOKEN: HttpAnswer = { status: 403, text: "The bearer token is wrong", isLast: true };
const MISSING_CERTIFICATE: HttpAnswer = {
  status: 401,
  text: "A client certificate is needed",
  isLast: true,
};
const WRONG_CERTIFICATE: HttpAnswer = { status: 403, text: "", isLast: true };

function digestOf(token: string): Buffer {
  return hash("sha256", token, "buffer");
}
