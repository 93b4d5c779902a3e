import type { KubernetesUser } from "../../model/facts.ts";
import type { Actor } from "../../model/generated/audit-event.ts";
import { fieldsOf, NO_STRINGS, stringsOf, textOf, type Fields } from "../fields.ts";

const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

/** The two users of a request: who proved who they are, and whom they asked to be. */
export interface RequestUsers {
  /** Null for failed authentication, which logs `user: {}`. */
  readonly authenticated: KubernetesUser | null;
  /** Null without impersonation, at RequestReceived, and where impersonation itself was refused. */
  readonly impersonated: KubernetesUser | null;
  /** Of the credential of the authenticated user; null where the server does not log it. */
  readonly credentialId: string | null;
}

export function requestUsersOf(event: Fields): RequestUsers {
  const authenticated = userOf(event["user"]);
  const impersonated = userOf(event["impersonatedUser"]);
  return { authenticated, impersonated, credentialId: credentialOf(fieldsOf(event["user"])) };
}

function userOf(value: unknown): KubernetesUser | null {
  const user = fieldsOf(value);
  const name = user === null ? null : textOf(user["username"]);
  return user === null || name === null ? null : { name, groups: stringsOf(user["groups"]) };
}

/** The effective actor: the impersonated user where there is one. The credential is always that of the authenticated user. */
export function kubernetesActor(event: Fields, users: RequestUsers): Actor {
  const { authenticated, impersonated } = users;
  const effective = impersonated ?? authenticated;
  const details = fieldsOf(event[impersonated === null ? "user" : "impersonatedUser"]);
  // Every address but the last can be written by the client (X-Forwarded-For).
  const addresses = stringsOf(event["sourceIPs"]);
  return {
    name: effective === null ? null : effective.name,
    uid: details === null ? null : textOf(details["uid"]),
    kind: kindOf(effective),
    groups: effective === null ? NO_STRINGS : effective.groups,
    roles: NO_STRINGS,
    impersonator: impersonated === null || authenticated === null ? null : authenticated.name,
    sourceAddress: addresses.length === 0 ? null : textOf(addresses[addresses.length - 1]),
    claimedAddresses: addresses.length < 2 ? NO_STRINGS : addresses.slice(0, -1),
    userAgent: textOf(event["userAgent"]),
    credentialId: users.credentialId,
  };
}

function kindOf(user: KubernetesUser | null): string {
  if (user === null) return "unknown";
  if (!user.name.startsWith("system:")) return "human";
  return user.name.startsWith("system:serviceaccount:") ? "service" : "system";
}

function credentialOf(user: Fields | null): string | null {
  const extra = user === null ? undefined : user["extra"];
  if (extra === undefined) return null;
  const fields = fieldsOf(extra);
  return fields === null ? null : (stringsOf(fields[CREDENTIAL_ID])[0] ?? null);
}
