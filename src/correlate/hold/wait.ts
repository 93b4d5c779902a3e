import type { Facts, KubernetesFacts } from "../../model/facts.ts";
import type { Micros } from "../../model/time.ts";
import type { Credentials } from "../identity/credentials.ts";
import type { Vendors } from "../identity/vendors.ts";
import { apiCallOf, isTerminal, type ApiCall } from "../attribute/api-request.ts";
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
  grant: (id: string): string => GRANT + id,
  session: (id: string): string => SESSION + id,
  person: (person: string): string => `person ${person}`,
  request: (key: string): string => `request ${key}`,
  /** Requests of this person, and what ends them. */
  principal: (person: string): string => `principal ${person}`,
  /** Anything of a role that a name is shared by (M5). */
  role: (role: string): string => `role ${role}`,
  /** Requests to an API server and Teleport's records of them (M4). */
  api: ({ name, method, path }: ApiCall): string => `api ${keyOf(name, method, path)}`,
  /** Sessions in a pod (M4). */
  pod: (name: string, namespace: string, pod: string): string =>
    `pod ${keyOf(name, namespace, pod)}`,
  /** The verdict of the event that made a credential (M3). */
  event: (id: string): string => `event ${id}`,
  /** Credentials of this Kubernetes user that vendors made (M3). */
  credential: (cluster: string, userName: string): string =>
    `credential ${keyOf(cluster, userName)}`,
  /** Any session of this person (M2). */
  sessionsOf: (person: string): string => `sessions ${person}`,
  /** Certificates that list this request. */
  certificate: (grant: string): string => CERTIFICATE + grant,
  /** The recording of this session. */
  recording: (session: string): string => RECORDING + session,
} as const;

const GRANT = "grant ";
const SESSION = "session ";
const CERTIFICATE = "certificate ";
const RECORDING = "recording ";

/** The id in a grant's key; null of any other. */
export function grantOfKey(key: string): string | null {
  return key.startsWith(GRANT) ? key.slice(GRANT.length) : null;
}

/** The grant or session that a key's evidence is about; null of any other. */
export function subjectOfKey(
  key: string,
): { readonly kind: "grant" | "session"; readonly id: string } | null {
  for (const [prefix, kind] of SUBJECTS)
    if (key.startsWith(prefix)) return { kind, id: key.slice(prefix.length) };
  return null;
}

const SUBJECTS = [
  [GRANT, "grant"],
  [CERTIFICATE, "grant"],
  [SESSION, "session"],
  [RECORDING, "session"],
] as const;

export interface WaitContext {
  readonly vendors: Vendors;
  readonly credentials: Credentials;
  /** Tolerance of joins, in microseconds (M4). */
  readonly skew: Micros;
}

/** Of what the event says and of who made its credential, so that the wait is the same when it is found again at a start. */
export function waitOf(facts: Facts, { vendors, credentials, skew }: WaitContext): Wait {
  if (facts.dialect === "teleport") {
    const keys = (facts.accessRequests ?? []).map(waitKey.grant);
    if (facts.sessionId !== null) keys.push(waitKey.session(facts.sessionId));
    return { keys, until: facts.time };
  }
  if (facts.dialect !== "kubernetes-audit") return { keys: [], until: null };
  if (facts.stage === "RequestReceived")
    return { keys: [waitKey.request(requestKey(facts))], until: null };
  const person = facts.impersonated === null ? "" : vendors.personOf(facts.impersonated.name);
  // A certificate settles only whether it was one of the organization's own people (W4).
  const keys = vendors.isOrganizationUser(person) ? [waitKey.person(person)] : [];
  const { user, cluster } = facts;
  const made = user !== null && credentials.has(cluster, user.name) ? credentials.of(facts) : null;
  if (made !== null) keys.push(waitKey.event(made.eventId));
  if (facts.impersonated === null) return { keys, until: facts.receivedAt };
  // Teleport's record of the same request (M4) may stand a little behind its last stage.
  const call = apiCallOf(facts, vendors);
  if (call !== null) keys.push(waitKey.api(call));
  if (isTerminal(facts) && facts.object !== null)
    keys.push(waitKey.pod(person, facts.object.namespace, facts.object.name));
  // Its other stages say by which time it is joined.
  keys.push(waitKey.request(requestKey(facts)));
  return { keys, until: Math.max(facts.receivedAt, facts.stageAt ?? -Infinity) + skew };
}

/** What all stages of one request have in common (W8). The audit id alone is the client's to choose. */
export function requestKey(facts: KubernetesFacts): string {
  return keyOf(facts.cluster, facts.auditId, facts.requestUri, facts.verb, facts.receivedAt);
}
