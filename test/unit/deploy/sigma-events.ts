import { formatTime } from "../../../src/model/time.ts";
import { AGENT, at } from "../../support/correlate.ts";
import { deliveredOf } from "../../support/delivered.ts";

/** Everything that is delivered for one record. */
type Delivered = () => readonly unknown[];
type Case = readonly [what: string, delivered: Delivered];

const dana = { username: "dana@vendor.example", groups: ["v:admins", "system:authenticated"] };
const base = { ...dana, groups: ["v:base"] };
const agent = { username: AGENT, groups: ["system:serviceaccounts"] };
const bob = { username: "bob@acme.example", groups: ["system:authenticated"] };

interface Call {
  readonly verb?: string;
  readonly ref?: Readonly<Record<string, string>>;
  readonly uri?: string;
  readonly code?: number;
  readonly decision?: string | null;
  readonly stage?: string;
  readonly user?: object;
  readonly as?: object | null;
  readonly body?: object;
  readonly role?: string;
}

/** One request that dana makes through the agent, unless it says otherwise. */
function audit(call: Call): Delivered {
  const { decision = "allow", code = 200, as = dana } = call;
  const record = {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Request",
    auditID: "a",
    stage: call.stage ?? "ResponseComplete",
    requestURI: call.uri ?? "/api/v1/x",
    verb: call.verb ?? "get",
    user: call.user ?? agent,
    ...(as === null ? {} : { impersonatedUser: as }),
    sourceIPs: ["10.0.0.1"],
    objectRef: { resource: "pods", namespace: "ml", apiVersion: "v1", ...call.ref },
    responseStatus: { metadata: {}, code },
    ...(call.body === undefined ? {} : { requestObject: call.body }),
    requestReceivedTimestamp: formatTime(at(20)),
    stageTimestamp: formatTime(at(21)),
    annotations: decision === null ? {} : { "authorization.k8s.io/decision": decision },
  };
  return () => deliveredOf("kubernetes-audit", record, call.role ?? null);
}

function teleport(record: object): Delivered {
  const own = { user: "dana@vendor.example", cluster_name: "vendor.teleport.example", uid: "u" };
  return () => deliveredOf("teleport", { time: formatTime(at(20)), ei: 0, ...own, ...record });
}

const secrets = { resource: "secrets" };
const exec = { resource: "pods", subresource: "exec", name: "a" };
const debug = { verb: "create", ref: { name: "node-debugger-gpu-7-x2x9q" }, code: 201 };
const hostBody = { spec: { hostPID: true, containers: [{ command: ["nsenter", "-t", "1"] }] } };
const binding = {
  verb: "create",
  ref: { resource: "clusterrolebindings", apiGroup: "rbac.authorization.k8s.io" },
  code: 201,
};
const approval = {
  verb: "update",
  ref: {
    resource: "certificatesigningrequests",
    apiGroup: "certificates.k8s.io",
    subresource: "approval",
  },
};
const forbidden = { code: 403, decision: "forbid" };
const kubectlDebug = { metadata: { labels: { "app.kubernetes.io/managed-by": "kubectl-debug" } } };
const failed = {
  verb: "list",
  user: {},
  as: null,
  code: 401,
  decision: null,
  stage: "ResponseStarted",
};

/** For each rule on events: what it finds, and what is as near to that as can be. */
export const EVENT_RULES: Readonly<
  Record<string, { readonly hits: readonly Case[]; readonly misses: readonly Case[] }>
> = {
  "secret-read": {
    hits: [["a list of secrets", audit({ verb: "list", ref: secrets })]],
    misses: [
      ["the customer's", audit({ verb: "list", ref: secrets, user: bob, as: null })],
      ["RequestReceived", audit({ ref: secrets, stage: "RequestReceived", user: dana, as: null })],
      ["another kind", audit({ ref: { resource: "configmaps" } })],
      ["a refusal", audit({ verb: "list", ref: secrets, ...forbidden })],
      ["a write", audit({ verb: "create", ref: secrets, code: 201 })],
      ["another group's", audit({ ref: { ...secrets, apiGroup: "example.com" } })],
    ],
  },
  "interactive-access": {
    hits: [
      ["exec by WebSocket", audit({ ref: exec, code: 101 })],
      ["exec by SPDY", audit({ verb: "create", ref: exec, code: 101 })],
      ["a kubelet", audit({ ref: { resource: "nodes", subresource: "proxy", name: "n" } })],
      [
        "a debug container",
        audit({ verb: "patch", ref: { ...exec, subresource: "ephemeralcontainers" } }),
      ],
    ],
    misses: [
      ["RequestReceived", audit({ ref: exec, stage: "RequestReceived", user: dana, as: null })],
      ["a refusal", audit({ ref: exec, ...forbidden })],
      ["logs", audit({ ref: { ...exec, subresource: "log" } })],
      ["a write", audit({ verb: "patch", ref: { resource: "configmaps" } })],
      ["another group's", audit({ ref: { ...exec, apiGroup: "subresources.example.com" } })],
      ["the customer's", audit({ ref: exec, code: 101, user: bob, as: null })],
    ],
  },
  "interactive-access-teleport": {
    hits: [
      ["a session", teleport({ event: "session.start", code: "T2000I", sid: "s", proto: "ssh" })],
      [
        "a command that failed",
        teleport({ event: "exec", code: "T3002E", sid: "s", exitCode: "1" }),
      ],
    ],
    misses: [
      [
        "Kubernetes",
        teleport({ event: "session.start", code: "T2000I", sid: "s", kubernetes_cluster: "prod" }),
      ],
      [
        "the end of a session in a pod, which is said to be a join",
        teleport({ event: "session.join", code: "T2001I", sid: "s", "addr.remote": "pod-0" }),
      ],
      ["the end", teleport({ event: "session.end", code: "T2004I", sid: "s", proto: "ssh" })],
      ["a rejected one", teleport({ event: "session.rejected", code: "T1006W", proto: "ssh" })],
      ["the customer's", teleport({ event: "session.start", sid: "s", user: bob.username })],
    ],
  },
  "node-debug": {
    hits: [
      ["kubectl's name", audit(debug)],
      ["kubectl's label", audit({ ...debug, ref: { name: "x" }, body: kubectlDebug })],
      ["nsenter", audit({ ...debug, ref: { name: "x" }, body: hostBody })],
    ],
    misses: [
      ["a look at it", audit({ ...debug, verb: "get", code: 200 })],
      ["a dry run", audit({ ...debug, uri: "/api/v1/x?dryRun=All" })],
      ["a refusal", audit({ ...debug, ...forbidden })],
      ["the customer's", audit({ ...debug, user: bob, as: null })],
      ["a template", audit({ ...debug, ref: { name: debug.ref.name, resource: "podtemplates" } })],
      ["another name", audit({ ...debug, ref: { name: "node-shell-42" } })],
    ],
  },
  "policy-or-rbac-change": {
    hits: [
      ["a binding", audit(binding)],
      ["an approval", audit(approval)],
      [
        "a network policy",
        audit({
          verb: "delete",
          ref: { resource: "networkpolicies", apiGroup: "networking.k8s.io" },
        }),
      ],
    ],
    misses: [
      ["a look", audit({ ...binding, verb: "list", code: 200 })],
      ["a dry run", audit({ ...binding, uri: "/x?fieldManager=a&dryRun=All" })],
      ["a refusal", audit({ ...binding, ...forbidden })],
      [
        "a certificate's status",
        audit({ ...approval, ref: { ...approval.ref, subresource: "status" } }),
      ],
    ],
  },
  "not-covered": {
    hits: [["uncovered", audit({})]],
    misses: [
      ["covered", audit({ role: "admin" })],
      ["a refusal", audit(forbidden)],
      ["standing", audit({ as: base })],
    ],
  },
  "outside-role": {
    hits: [
      [
        "a secret under operate",
        audit({ ref: secrets, as: { ...dana, groups: ["v:operators"] }, role: "operator" }),
      ],
    ],
    misses: [
      ["a refusal", audit({ role: "admin", ...forbidden })],
      ["covered", audit({ ref: secrets, role: "admin" })],
    ],
  },
  "outside-role-refused": {
    hits: [["a refusal", audit({ role: "admin", ...forbidden })]],
    misses: [["covered, and refused by admission", audit({ role: "admin", code: 403 })]],
  },
  "standing-access": {
    hits: [["groups of standing roles", audit({ as: base })]],
    misses: [["groups of other roles", audit({})]],
  },
  "agent-acts-alone": {
    hits: [
      ["a write", audit({ verb: "create", ref: { resource: "configmaps" }, as: null, code: 201 })],
      ["a secret", audit({ ref: secrets, as: null })],
    ],
    misses: [
      ["a look at a pod", audit({ as: null })],
      [
        "a dry run",
        audit({ verb: "create", ref: { resource: "configmaps" }, as: null, uri: "/x?dryRun=All" }),
      ],
      ["a person's own", audit({ verb: "create", user: base, as: null, code: 201 })],
      ["an uncovered write", audit({ verb: "create", user: dana, as: null, code: 201 })],
      ["secrets of another group", audit({ ref: { ...secrets, apiGroup: "x.example" }, as: null })],
      [
        "RequestReceived",
        audit({ verb: "create", as: null, stage: "RequestReceived", decision: null }),
      ],
      ["a write for somebody", audit({ verb: "create", ref: { resource: "configmaps" } })],
      [
        "a self-review",
        audit({
          verb: "create",
          ref: { resource: "selfsubjectaccessreviews", apiGroup: "authorization.k8s.io" },
          as: null,
          code: 201,
        }),
      ],
      [
        "a refused impersonation",
        audit({
          verb: "create",
          ref: { resource: "configmaps" },
          as: null,
          code: 403,
          decision: null,
        }),
      ],
    ],
  },
  "authentication-failed": {
    hits: [["a 401", audit(failed)]],
    misses: [
      ["a 403 of somebody known", audit({ user: bob, as: null, ...forbidden })],
      ["a 401 in Teleport's log", teleport({ event: "kube.request", response_code: 401 })],
    ],
  },
};
