import type { Actor } from "../../model/generated/audit-event.ts";
import { fieldsOf, NO_STRINGS, stringsOf, textOf, type Fields } from "../fields.ts";
import { addressOf } from "./address.ts";
import type { TeleportEvent } from "./meaning.ts";

/** `user_kind` of newer versions. */
const KIND_BY_NUMBER = new Map<unknown, string>([
  [1, "human"],
  [2, "bot"],
  [3, "system"],
]);

/** Written by Teleport on its own account: they name nobody, and nobody is missing. */
const OWN_EVENTS: ReadonlySet<string> = new Set([
  "access_request.expire",
  "instance.join",
  "okta.applications.update",
  "okta.groups.update",
  "okta.sync.failure",
  "session.summarized",
  "session.upload",
]);

/**
 * Who did it. Reviews name a `reviewer` and updates `updated_by` in place of a user; an update that a plugin made for somebody names
 * that person as `delegator`, and the plugin is then the impersonator. A certificate names its identity's user, a bot's join the
 * bot's user. The address of `addr.remote` is the client's as Teleport's proxy saw it.
 */
export function teleportActor({ fields, facts }: TeleportEvent): Actor {
  const identity = facts.event === "cert.create" ? fieldsOf(fields["identity"]) : null;
  const delegator = textOf(fields["delegator"]);
  const updatedBy = textOf(fields["updated_by"]);
  const name =
    facts.user ??
    textOf(identity?.["user"]) ??
    textOf(fields["reviewer"]) ??
    delegator ??
    updatedBy ??
    textOf(fields["user_name"]) ??
    textOf(fields["bot_name"]);
  const isDelegated = facts.user === null && name !== null && name === delegator;
  return {
    name,
    uid: null,
    kind: kindOf(fields, facts.event, name),
    groups: facts.kubernetesGroups,
    roles: rolesOf(fields, identity),
    impersonator:
      facts.impersonator ?? textOf(identity?.["impersonator"]) ?? (isDelegated ? updatedBy : null),
    sourceAddress: addressOf(facts.addressRemote) ?? addressOf(textOf(identity?.["client_ip"])),
    claimedAddresses: NO_STRINGS,
    userAgent: textOf(fields["user_agent"]),
    credentialId: null,
  };
}

function rolesOf(fields: Fields, identity: Fields | null): readonly string[] {
  return stringsOf(identity === null ? fields["user_roles"] : identity["roles"]);
}

function kindOf(fields: Fields, event: string, name: string | null): string {
  const stated = KIND_BY_NUMBER.get(fields["user_kind"]);
  if (stated !== undefined) return stated;
  if (name === null) return OWN_EVENTS.has(event) ? "system" : "unknown";
  if (textOf(fields["bot_name"]) !== null || name.startsWith("bot-")) return "bot";
  return isHostIdentity(name) ? "system" : "human";
}

/** `<host uuid>.<cluster>`: a Teleport service, or `tctl` on its host. */
const HOST_IDENTITY = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\./;

function isHostIdentity(name: string): boolean {
  return HOST_IDENTITY.test(name);
}
