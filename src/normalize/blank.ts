import type { Actor, Target } from "../model/generated/audit-event.ts";
import { NO_STRINGS } from "./fields.ts";

/** The actor of an event that names none. */
export const NO_ACTOR: Actor = Object.freeze({
  name: null,
  uid: null,
  kind: "unknown",
  groups: NO_STRINGS,
  roles: NO_STRINGS,
  impersonator: null,
  sourceAddress: null,
  claimedAddresses: NO_STRINGS,
  userAgent: null,
  credentialId: null,
});

/** The target of an event that names none. */
export const NO_TARGET: Target = Object.freeze({
  kind: null,
  apiGroup: null,
  namespace: null,
  name: null,
  subresource: null,
  host: null,
});
