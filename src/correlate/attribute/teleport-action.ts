import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { TeleportFacts } from "../../model/facts.ts";
import type { Micros } from "../../model/time.ts";
import type { PermitRequest } from "../judge/permits.ts";
import type { Reached } from "../grants/resources.ts";
import type { KnownVendor } from "../identity/vendors.ts";
import type { SessionDocument } from "../ledger/kinds.ts";
import type { JoinedRequest } from "./proxied.ts";
import { vendorGroups, type VendorAction } from "./action.ts";

/** Whose a Teleport event is, after its user or its session said so. */
export interface TeleportPrincipal {
  readonly vendor: KnownVendor;
  readonly person: string;
  /** The session that the event belongs to, as far as it is known. */
  readonly session: SessionDocument | null;
  /** The request to an API server that a kube.request is about, as far as it is known (M4). */
  readonly request: JoinedRequest | null;
}

/**
 * A Teleport event as an action. What the record leaves out (session.data has no protocol,
 * session.upload hardly anything) is what the start of its session said.
 */
export function teleportAction(
  event: AuditEvent,
  facts: TeleportFacts,
  principal: TeleportPrincipal,
): VendorAction {
  const { vendor, person, session } = principal;
  const own = facts.accessRequests ?? [];
  // Who joins another's session does not come under its grants.
  const ofSession = session?.person === person ? session.accessRequests : [];
  const isKubernetes = reachesKubernetes(facts, session);
  const cluster = facts.kubernetesCluster ?? session?.kubernetesCluster ?? null;
  const groups =
    facts.kubernetesGroups.length > 0 ? facts.kubernetesGroups : (session?.kubernetesGroups ?? []);
  const isAwaited = facts.sessionId !== null && session?.isStartRead !== true;
  return {
    vendor,
    principal: person,
    sharedRoles: [],
    judgedAt: judgedAt(facts, principal),
    cluster,
    reached: isKubernetes ? kubernetesCluster(cluster) : node(facts, session),
    ...vendorGroups(vendor, groups),
    login: isKubernetes ? null : (facts.login ?? session?.login ?? null),
    named: own.length > 0 ? own : ofSession,
    namedBy: own.length > 0 ? "named" : "session",
    persons: [person],
    skewMs: null,
    isNear: true,
    isOnRootCluster: vendor.rootClusters.has(facts.cluster),
    isSessionAwaited: isAwaited,
    request: isKubernetes ? requestOf(event, facts) : null,
    isRefused: isKubernetes && (principal.request?.isRefused ?? event.outcome.code === "403"),
  };
}

/**
 * C1: a kube.request is written when the request ends, and is judged by when that was received; what belongs to a person's own session was received at its start. A start is its own, whatever session had its id before, what
 * happened before its session's start belongs to another one of that id, and who joins another's session is received then.
 */
export function judgedAt(
  facts: TeleportFacts,
  { person, session, request }: Omit<TeleportPrincipal, "vendor">,
): Micros {
  if (request !== null) return request.receivedAt;
  const isOwn = facts.event !== "session.start" && session?.person === person;
  return Math.min((isOwn ? session.start : null) ?? facts.time, facts.time);
}

/** `proto` is `kube` for Kubernetes and `ssh` for SSH; not every record has it. */
function reachesKubernetes(facts: TeleportFacts, session: SessionDocument | null): boolean {
  const protocol = facts.protocol ?? session?.protocol ?? null;
  if (protocol !== null) return protocol === "kube";
  return (facts.kubernetesCluster ?? session?.kubernetesCluster ?? null) !== null;
}

function kubernetesCluster(cluster: string | null): Reached | null {
  return cluster === null ? null : { kind: "kube_cluster", names: [cluster] };
}

/**
 * A node is bound by its id, which is the server's; by its hostname where an operator wrote that.
 */
function node(facts: TeleportFacts, session: SessionDocument | null): Reached {
  const names = [facts.serverId, facts.serverName, session?.serverId, session?.serverName];
  return { kind: "node", names: names.filter((name) => typeof name === "string") };
}

/**
 * What a Teleport event asked of Kubernetes. `kube.request` has the HTTP method and the object; a session is an exec or an attach, and
 * `port` a port-forward.
 */
function requestOf(event: AuditEvent, facts: TeleportFacts): PermitRequest {
  const { target } = event;
  if (facts.event !== "kube.request") {
    const subresource = facts.event === "port" ? "portforward" : "exec";
    return { verb: "create", apiGroup: "", resource: "pods", subresource, namespace: "" };
  }
  return {
    verb: verbOf(event.action.name, target.name),
    apiGroup: target.apiGroup ?? "",
    resource: target.kind,
    subresource: target.subresource ?? "",
    namespace: target.namespace ?? "",
  };
}

/** HTTP methods of kube.request in the verbs of RBAC. GET may be get, list or watch. */
const VERBS: Readonly<Record<string, string>> = {
  post: "create",
  put: "update",
  patch: "patch",
  delete: "delete",
};

function verbOf(method: string, name: string | null): string {
  const verb = VERBS[method.toLowerCase()];
  if (verb !== undefined) return verb;
  return name === null || name === "" ? "list" : "get";
}
