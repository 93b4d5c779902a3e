import type { Facts } from "../../model/facts.ts";
import type { Verdict } from "../../model/generated/audit-event.ts";
import type { Micros } from "../../model/time.ts";
import type { Method } from "../../model/verdict.ts";
import { apiCallOf, isTerminal } from "../attribute/api-request.ts";
import { proxiedNames } from "../evidence/proxied-requests.ts";
import { requestKey, waitKey } from "../hold/wait.ts";
import type { Credentials } from "../identity/credentials.ts";
import type { Vendors } from "../identity/vendors.ts";

/** Evidence that a verdict depends on, and the time of the event that evidence of a limited reach is compared with. */
export interface Dependence {
  readonly key: string;
  readonly at: Micros;
}

/** What of the verdict's own the dependences are made of. */
export interface Depending {
  readonly facts: Facts;
  readonly principal: string | null;
  readonly verdict: Verdict;
  readonly unseen: readonly string[];
}

export interface DependsContext {
  readonly vendors: Vendors;
  readonly credentials: Credentials;
  /** Tolerance of joins, in microseconds (M4). */
  readonly skew: Micros;
}

/** M1–M4: only the ids that were named are candidates, and no other request of the person. */
const BY_NAMED_IDS: ReadonlySet<string> = new Set<Method>([
  "named",
  "session",
  "credential",
  "proxied",
]);

/** Everything whose arrival may change the verdict (H3): what the methods looked for, whether they found it or not. */
export function dependencesOf(
  depending: Depending,
  { vendors, credentials, skew }: DependsContext,
): readonly Dependence[] {
  const { facts, principal, verdict, unseen } = depending;
  const at = facts.dialect === "kubernetes-audit" ? facts.receivedAt : timeOf(facts);
  const keys = [...verdict.grants, ...verdict.related, ...unseen].map((id) => waitKey.grant(id));
  if (principal !== null && !BY_NAMED_IDS.has(verdict.method))
    keys.push(waitKey.principal(principal));
  const named = keys.map((key) => ({ key, at: latestOf(facts, at, skew) }));
  if (facts.dialect === "kubernetes-audit")
    return [...named, ...ofCredential(facts, credentials), ...ofKubernetes(facts, vendors)];
  if (facts.dialect === "teleport") return [...named, ...ofTeleport(facts, vendors)];
  return named;
}

/** Nothing later is compared with a grant: when it was over, or, of a kube.request, received by another clock (C1). */
function latestOf(facts: Facts, at: Micros, skew: Micros): Micros {
  if (facts.dialect === "kubernetes-audit") return Math.max(at, facts.stageAt ?? at);
  return facts.dialect === "teleport" ? at + skew : at;
}

function timeOf(facts: Exclude<Facts, { readonly dialect: "kubernetes-audit" }>): Micros {
  switch (facts.dialect) {
    case "teleport":
      return facts.time;
    case "support-access":
      return facts.at;
    case "out-of-band":
      return facts.recordedAt;
  }
}

type Of<D extends Facts["dialect"]> = Extract<Facts, { readonly dialect: D }>;

function ofKubernetes(facts: Of<"kubernetes-audit">, vendors: Vendors): Dependence[] {
  const { receivedAt: at } = facts;
  const found: Dependence[] = [{ key: waitKey.request(requestKey(facts)), at }];
  const call = apiCallOf(facts, vendors);
  if (call === null) return found;
  const { name } = call;
  found.push({ key: waitKey.credential(facts.cluster, facts.user?.name ?? ""), at });
  found.push({ key: waitKey.person(name), at });
  for (const vendor of vendors.all)
    for (const role of vendor.rolesOfKubernetesUser((facts.impersonated ?? facts.user)?.name ?? ""))
      found.push({ key: waitKey.role(role.name), at });
  if (facts.impersonated === null) return found;
  if (isTerminal(facts)) {
    const { namespace = "", name: pod = "" } = facts.object ?? {};
    found.push({ key: waitKey.pod(name, namespace, pod), at });
  } else {
    found.push({ key: waitKey.api(call), at: facts.stageAt ?? at });
  }
  return found;
}

function ofCredential(facts: Of<"kubernetes-audit">, credentials: Credentials): Dependence[] {
  const { cluster, user, receivedAt: at } = facts;
  const made = user !== null && credentials.has(cluster, user.name) ? credentials.of(facts) : null;
  return made === null ? [] : [{ key: waitKey.event(made.eventId), at }];
}

function ofTeleport(facts: Of<"teleport">, vendors: Vendors): Dependence[] {
  const { time: at, sessionId, method, requestPath: path } = facts;
  const found = (facts.accessRequests ?? []).map((id) => ({ key: waitKey.grant(id), at }));
  if (sessionId !== null) found.push({ key: waitKey.session(sessionId), at });
  if (facts.event === "client.disconnect" && sessionId === null && facts.user !== null)
    found.push({ key: waitKey.sessionsOf(vendors.personOf(facts.user)), at });
  if (method !== null && path !== null)
    for (const name of proxiedNames(facts, vendors.personOf))
      found.push({ key: waitKey.api({ name, method, path }), at });
  return found;
}
