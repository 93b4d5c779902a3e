import { isSelfReview } from "../review-request.ts";
import type { PermitRule, Permits, VendorRole } from "../../model/policy.ts";

/** What was asked of Kubernetes. */
export interface PermitRequest {
  readonly verb: string;
  readonly apiGroup: string;
  /** Null for a request that is about no resource, such as /version. */
  readonly resource: string | null;
  readonly subresource: string;
  readonly namespace: string;
}

/** Verbs of `read`. */
const READ_VERBS = new Set(["get", "list", "watch"]);
/** What reaches into a pod or through the server, whatever the verb: a WebSocket exec is a `get`. */
const INTERACTIVE = new Set(["exec", "attach", "portforward", "proxy", "ephemeralcontainers"]);

/** Whether one of the roles permits it (C3, C4). A role without `permits` excludes nothing. */
export function permits(roles: readonly VendorRole[], request: PermitRequest): boolean {
  if (isAlwaysPermitted(request)) return true;
  const deciding = roles.filter(speaksOfKubernetes);
  if (deciding.length === 0) return true;
  return deciding.some((role) => role.permits === null || doesPermit(role.permits, request));
}

/** Discovery, health, version and questions about oneself are open to every role (C3). */
function isAlwaysPermitted(request: PermitRequest): boolean {
  if (request.resource === null) return request.verb === "get" || request.verb === "list";
  return isSelfReview(request);
}

/** A role that gives nothing in Kubernetes, for SSH perhaps, does not decide there where another one does. */
function speaksOfKubernetes(role: VendorRole): boolean {
  return role.permits !== null || role.kubernetesGroups.length + role.kubernetesUsers.length > 0;
}

function doesPermit(permitted: Permits, request: PermitRequest): boolean {
  return (
    presetPermits(permitted.preset, request) ||
    permitted.rules.some((rule) => rulePermits(rule, request))
  );
}

/** C4. Only the core group's secrets are secrets. */
function presetPermits(preset: Permits["preset"], request: PermitRequest): boolean {
  const isSecret = request.resource === "secrets" && request.apiGroup === "";
  switch (preset) {
    case null:
      return false;
    case "all":
      return true;
    case "operate":
      return !isSecret;
    case "read":
      return READ_VERBS.has(request.verb) && !isSecret && !INTERACTIVE.has(request.subresource);
  }
}

/**
 * As RBAC reads a rule, subresources by `resource/subresource`; a rule says nothing of requests
 * that are about no resource.
 */
function rulePermits(rule: PermitRule, request: PermitRequest): boolean {
  if (request.resource === null) return false;
  const { resource, subresource } = request;
  const names =
    subresource === ""
      ? ["*", resource]
      : ["*", `${resource}/${subresource}`, `*/${subresource}`, `${resource}/*`];
  return (
    includesAny(rule.verbs, ["*", request.verb]) &&
    includesAny(rule.resources, names) &&
    (rule.apiGroups.length === 0 || includesAny(rule.apiGroups, ["*", request.apiGroup])) &&
    (rule.namespaces.length === 0 || includesAny(rule.namespaces, ["*", request.namespace]))
  );
}

function includesAny(list: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((value) => list.includes(value));
}
