import { textOf } from "../fields.ts";
import { targetOf, usualOutcome, type Family } from "./meaning.ts";

/** Somebody proves who they are to the cluster; a failure is a failed authentication, not a refusal of what they may do. */
export const login: Family = (event) => ({
  class: "authenticate",
  target: targetOf("cluster", event.facts.cluster, null),
  outcome: usualOutcome(event, "unauthenticated"),
});

/** A host refuses an SSH handshake. */
export const authAttempt: Family = (event) => ({
  class: "authenticate",
  target: targetOf("node", event.facts.serverName ?? event.facts.serverId, event.facts.serverName),
  outcome: usualOutcome(event, "unauthenticated"),
});

/** A bot or a service joins the cluster. */
export const join: Family = (event) => {
  const host = textOf(event.fields["node_name"]);
  const bot = textOf(event.fields["bot_name"]);
  return {
    class: "authenticate",
    target: bot === null ? targetOf("node", host, host) : targetOf("bot", bot, null),
    outcome: usualOutcome(event, "unauthenticated"),
  };
};

/** Teleport vouches for somebody to another service. */
export const identityProvider: Family = (event) => ({
  class: "authenticate",
  target: targetOf(
    "saml_idp_service_provider",
    textOf(event.fields["service_provider_entity_id"]),
    null,
  ),
  outcome: usualOutcome(event, "unauthenticated"),
});

/** Somebody proves who they are by a device or a recovery code. */
export const deviceLogin: Family = (event) => ({
  class: "authenticate",
  target: targetOf("user", event.facts.user, null),
  outcome: usualOutcome(event, "unauthenticated"),
});
