import type { Level, Stage } from "./audit-policy.ts";

/** Something that a vendor's staff may do, and what of it the log must have. */
export interface Probe {
  /** For people: "exec into a pod". */
  readonly action: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly isNamespaced: boolean;
  readonly level: Level;
  readonly stages: readonly Stage[];
  /** What is lost without it. */
  readonly why: string;
}

const COMPLETE: readonly Stage[] = ["ResponseComplete"];
/** A request that lasts: whoever omits its beginning hears of it at its end, which a killed server never writes. */
const LASTING: readonly Stage[] = ["ResponseStarted", "ResponseComplete"];
const LASTS = new Set(["exec", "attach", "portforward", "proxy", "log"]);

interface Row {
  readonly action: string;
  readonly why: string;
  /** `group/resource` or `group/resource/subresource`; the core group is empty. */
  readonly of: readonly string[];
  readonly verbs: readonly string[];
  readonly level: Level;
}

const WRITES = ["create", "update", "patch"];
const REMOVES = ["delete", "deletecollection"];
/** kubectl's verb is get over WebSocket and create over SPDY. */
const EITHER = ["get", "create"];
const RIGHTS = ["roles", "rolebindings", "clusterroles", "clusterrolebindings"].map(
  (resource) => `rbac.authorization.k8s.io/${resource}`,
);
const ADMISSION = [
  "validatingwebhookconfigurations",
  "mutatingwebhookconfigurations",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
].map((resource) => `admissionregistration.k8s.io/${resource}`);
/** Resources without a namespace, in the rows below. */
const CLUSTERED =
  /^(?:\/(?:nodes|namespaces|persistentvolumes)|rbac\.authorization\.k8s\.io\/cluster|certificates|admission|flowcontrol|apiextensions)/;

/** The actions of interest: kubernetes-audit.md has how each appears in the log. Bodies of secrets and tokens are never asked for. */
const ROWS: readonly Row[] = [
  row("exec into a pod", "the command, the person, the pod", EITHER, ["/pods/exec"]),
  row("attach to a pod", "the person and the pod", EITHER, ["/pods/attach"]),
  row("port-forward to a pod", "the person and the pod", EITHER, ["/pods/portforward"]),
  row("reach a pod or service through the server", "the path that was asked for", EITHER, [
    "/pods/proxy",
    "/services/proxy",
  ]),
  row("reach a kubelet through the server", "a get can run a command there", EITHER, [
    "/nodes/proxy",
  ]),
  row("read a pod's log", "what was read", ["get"], ["/pods/log"]),
  body(
    "put a debug container into a pod",
    "its image and target",
    ["update", "patch"],
    ["/pods/ephemeralcontainers"],
  ),
  row("read secrets", "which secret, and by whom", ["get", "list", "watch"], ["/secrets"]),
  row("write secrets", "which secret, and by whom", [...WRITES, ...REMOVES], ["/secrets"]),
  row(
    "make a token of a service account",
    "whose token, and its id",
    ["create"],
    ["/serviceaccounts/token"],
  ),
  body("write pods", "node debugging shows in the body alone", WRITES, ["/pods"]),
  row("remove or evict pods", "what was removed", REMOVES, ["/pods"]),
  row("remove or evict pods", "what was removed", ["create"], ["/pods/eviction"]),
  body(
    "write workloads",
    "what a patch changed in the template, and whether it was undone",
    WRITES,
    [
      "apps/deployments",
      "apps/daemonsets",
      "apps/statefulsets",
      "apps/replicasets",
      "batch/jobs",
      "batch/cronjobs",
      "/replicationcontrollers",
    ],
  ),
  row("remove workloads", "what was removed", REMOVES, [
    "apps/deployments",
    "apps/daemonsets",
    "apps/statefulsets",
    "batch/jobs",
    "batch/cronjobs",
  ]),
  body("write service accounts", "what stays behind when the grant ends", WRITES, [
    "/serviceaccounts",
  ]),
  body("change rights", "who was given what", WRITES, RIGHTS),
  row("remove rights", "a grant may end by it", REMOVES, RIGHTS),
  body(
    "ask for a certificate",
    "whose name the certificate has",
    ["create"],
    ["certificates.k8s.io/certificatesigningrequests"],
  ),
  body(
    "approve a certificate",
    "that it was approved, and not denied",
    ["update", "patch"],
    ["certificates.k8s.io/certificatesigningrequests/approval"],
  ),
  body("change admission", "what is checked or changed from then on", WRITES, ADMISSION),
  row("remove admission", "what is not checked any more", REMOVES, ADMISSION),
  row(
    "change priority and fairness",
    "who may slow whom down",
    [...WRITES, ...REMOVES],
    [
      "flowcontrol.apiserver.k8s.io/flowschemas",
      "flowcontrol.apiserver.k8s.io/prioritylevelconfigurations",
    ],
  ),
  row(
    "change network policies",
    "what may be reached",
    [...WRITES, ...REMOVES],
    ["networking.k8s.io/networkpolicies"],
  ),
  body("cordon or label nodes", "a cordon that stays", ["update", "patch"], ["/nodes"]),
  row("write configuration", "what was changed", [...WRITES, ...REMOVES], ["/configmaps"]),
  row("look at pods and nodes", "what was looked at", ["get", "list"], ["/pods", "/nodes"]),
];

function row(
  action: string,
  why: string,
  verbs: readonly string[],
  of: readonly string[],
  level: Level = "Metadata",
): Row {
  return { action, why, verbs, of, level };
}

function body(action: string, why: string, verbs: readonly string[], of: readonly string[]): Row {
  return row(action, why, verbs, of, "Request");
}

export const PROBES: readonly Probe[] = ROWS.flatMap(({ action, why, verbs, of, level }) =>
  of.flatMap((path) =>
    verbs.map((verb): Probe => {
      const [group = "", resource = "", subresource = ""] = path.split("/");
      const isNamespaced = !CLUSTERED.test(path);
      const stages = verb === "watch" || LASTS.has(subresource) ? LASTING : COMPLETE;
      return { action, why, verb, group, resource, subresource, isNamespaced, level, stages };
    }),
  ),
);

/** W7: it has one event, at ResponseStarted, and names nobody. */
export const FAILED_AUTHENTICATION: Probe = {
  action: "fail to authenticate",
  why: "the only trace of a credential that is tried out",
  verb: "list",
  group: "",
  resource: "pods",
  subresource: "",
  isNamespaced: true,
  level: "Metadata",
  stages: ["ResponseStarted"],
};
