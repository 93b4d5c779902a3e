import type { HttpAuth } from "../../model/relay.ts";
import { authHeaders } from "./request.ts";

/** Shorter ones would be found in every other word. */
const SECRET_CHARACTERS_MIN = 4;
const REDACTED = "[redacted]";

/** Takes our secrets out of what a server says: some echo the credentials that they refuse, and what they say goes into log and status. */
export function createRedaction(auth: HttpAuth | null): (text: string) => string {
  const secrets = secretsOf(auth)
    .filter((secret) => secret.length >= SECRET_CHARACTERS_MIN)
    // One may be a part of another.
    .toSorted((a, b) => b.length - a.length);
  return (text) =>
    secrets.reduce((clean, secret) => clean.replaceAll(secret, () => REDACTED), text);
}

function secretsOf(auth: HttpAuth | null): readonly string[] {
  const sent = Object.values(authHeaders(auth)).map((value) =>
    value.replace(/^(Basic|Bearer) /, ""),
  );
  return auth?.kind === "basic" ? [...sent, auth.password.reveal()] : sent;
}
