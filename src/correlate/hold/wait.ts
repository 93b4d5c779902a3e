import type { Facts, KubernetesFacts } from "../../model/facts.ts";
import type { Micros } from "../../model/time.ts";
import type { Vendors } from "../identity/vendors.ts";
import { keyOf } from "../ledger/key.ts";

/** What a held event waits for (H1). */
export interface Wait {
  /** Evidence whose arrival may settle it at once (waitKey). */
  readonly keys: readonly string[];
  /** The wait is over when the watermark of all evidence has passed this; null where no watermark tells. */
  readonly until: Micros | null;
}

/** Names of what may arrive. */
export const waitKey = {
  grant: (id: string): string => `grant ${id}`,
  session: (id: string): string => `session ${id}`,
  person: (person: string): string => `person ${person}`,
  request: (key: string): string => `request ${key}`,
} as const;

/** A function of the event alone, so that the wait is the same when it is found again at a start. */
export function waitOf(facts: Facts, vendors: Vendors): Wait {
  if (facts.dialect === "teleport") {
    const keys = (facts.accessRequests ?? []).map(waitKey.grant);
    if (facts.sessionId !== null) keys.push(waitKey.session(facts.sessionId));
    return { keys, until: facts.time };
  }
  if (facts.stage === "RequestReceived")
    return { keys: [waitKey.request(requestKey(facts))], until: null };
  const person = facts.impersonated === null ? "" : vendors.personOf(facts.impersonated.name);
  // A certificate settles only whether it was one of the organization's own people (W4).
  const keys = vendors.isOrganizationUser(person) ? [waitKey.person(person)] : [];
  return { keys, until: facts.receivedAt };
}

/** What all stages of one request have in common (W8). The audit id alone is the client's to choose. */
export function requestKey(facts: KubernetesFacts): string {
  return keyOf(facts.cluster, facts.auditId, facts.requestUri, facts.verb, facts.receivedAt);
}
