import { isDryRun } from "../dry-run.ts";
import { isReview } from "../review-request.ts";
import type { KubernetesFacts } from "../../model/facts.ts";

type Request = Pick<KubernetesFacts, "verb" | "object" | "requestUri" | "hostAccess">;

const READ = new Set(["get", "list", "watch"]);
/** Of resources, and of paths, whose verb is the HTTP method. */
const WRITE = new Set("create update patch delete deletecollection post put".split(" "));
const INTO_PODS = new Set(["exec", "attach", "portforward", "proxy"]);
/** Groups that hold nothing but rights, admission and priority. */
const POLICY_GROUPS = new Set([
  "rbac.authorization.k8s.io",
  "admissionregistration.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "auditregistration.k8s.io",
  "policy.networking.k8s.io",
  "constraints.gatekeeper.sh",
  "templates.gatekeeper.sh",
]);
/** Policies among other things, whatever their group: of the network, of pods, of admission. */
const POLICY_KINDS = new Set([
  "networkpolicies",
  "globalnetworkpolicies",
  "ciliumnetworkpolicies",
  "ciliumclusterwidenetworkpolicies",
  "podsecuritypolicies",
  "policies",
  "clusterpolicies",
  "policyexceptions",
]);
const POLICY_KIND_GROUPS =
  /^(?:networking\.k8s\.io|policy|extensions|cilium\.io|(?:crd\.)?projectcalico\.org|kyverno\.io|policies\.kyverno\.io)$/;

/** Contents of secrets: list and watch return them as get does. */
export function isSecretRead({ verb, object }: Request): boolean {
  if (object === null || object.resource !== "secrets" || object.apiGroup !== "") return false;
  return READ.has(verb) && object.subresource === "";
}

/**
 * Into a pod, or through the server to a pod, service or node: whatever the verb, since a WebSocket's is get and SPDY's create. A
 * container that is put into a running pod is a way in too.
 */
export function isInteractive(request: Request): boolean {
  const { verb, object } = request;
  if (object === null || object.apiGroup !== "") return false;
  if (INTO_PODS.has(object.subresource) || verb === "proxy") return true;
  return object.subresource === "ephemeralcontainers" && isWrite(request);
}

/** A pod or a template that opens a node. Where the body was not logged, kubectl's own name for such a pod tells. */
export function isNodeDebug(request: Request): boolean {
  const { verb, object, hostAccess } = request;
  if (object === null || isDryRun(request.requestUri)) return false;
  if (hostAccess !== null) return true;
  const isPod = object.resource === "pods" && object.apiGroup === "" && object.subresource === "";
  return isPod && verb === "create" && object.name.startsWith("node-debugger-");
}

/**
 * Rights, admission, priority, network policies, and the approval of certificates. The state that controllers note in an object
 * is no change of it.
 */
export function isPolicyChange(request: Request): boolean {
  const { object } = request;
  if (object === null || !isWrite(request)) return false;
  const { apiGroup, resource, subresource } = object;
  if (apiGroup === "certificates.k8s.io")
    return resource === "certificatesigningrequests" && subresource === "approval";
  if (subresource === "status") return false;
  if (POLICY_GROUPS.has(apiGroup)) return true;
  return POLICY_KINDS.has(resource) && POLICY_KIND_GROUPS.test(apiGroup);
}

/** Something that stays: reviews ask a question with `create` and store nothing, and dry runs change nothing. */
export function isWrite(request: Request): boolean {
  const { verb, object } = request;
  if (!WRITE.has(verb) || isDryRun(request.requestUri)) return false;
  return object === null || !isReview(object);
}
