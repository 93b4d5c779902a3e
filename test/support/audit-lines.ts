import { formatTime, type Micros } from "../../src/model/time.ts";
import { seededUuid, type Random } from "./random.ts";

/** The vendor that the lines made here speak of; `vendorConfiguration` is the matching part of a chaperone.yaml. */
export const AGENT = "system:serviceaccount:relay-system:kube-agent";
export const ENGINEERS = ["ada@vendor.example", "grace@vendor.example"] as const;
export const ROOT_CLUSTER = "root.vendor.example";

export const vendorConfiguration: object = {
  name: "vendor",
  users: ["*@vendor.example"],
  teleport: { clusters: [ROOT_CLUSTER] },
  kubernetes: { impersonators: [AGENT] },
  roles: [{ name: "operator", kubernetesGroups: ["vendor:operators"], permits: "operate" }],
};

const RESOURCES = [
  "pods",
  "nodes",
  "configmaps",
  "endpoints",
  "leases",
  "events",
  "services",
] as const;
const VERBS = ["get", "list", "watch", "update", "patch", "create"] as const;
const CONTROLLERS = [
  "kube-scheduler",
  "kube-controller-manager",
  "apiserver",
  "node:worker-17",
] as const;

/** One line of a Kubernetes audit log at level Metadata, about 1,460 bytes, without its line end; nobody's but the cluster's own. */
export function backgroundLine(random: Random, at: Micros): string {
  const user = `system:${random.pick(CONTROLLERS)}`;
  return auditLine(random, at, {
    username: user,
    groups: ["system:masters", "system:authenticated"],
  });
}

/** The same for a vendor's engineer who comes through the vendor's agent. */
export function vendorLine(random: Random, at: Micros, engineer: string): string {
  const agent = { username: AGENT, groups: ["system:serviceaccounts", "system:authenticated"] };
  return auditLine(random, at, agent, {
    username: engineer,
    groups: ["vendor:operators", "system:authenticated"],
  });
}

function auditLine(random: Random, at: Micros, user: object, impersonatedUser?: object): string {
  const resource = random.pick(RESOURCES);
  const namespace = `tenant-${random.below(40)}-training`;
  const name = `${resource}-${random.hex(10)}-${random.hex(5)}`;
  const verb = random.pick(VERBS);
  const uri = `/api/v1/namespaces/${namespace}/${resource}/${name}?fieldManager=controller&timeout=${random.below(60)}s&resourceVersion=${random.below(1e9)}`;
  return JSON.stringify({
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Metadata",
    auditID: seededUuid(random),
    stage: "ResponseComplete",
    requestURI: uri,
    verb,
    user: {
      ...user,
      uid: seededUuid(random),
      extra: { "authentication.kubernetes.io/credential-id": [`JTI=${seededUuid(random)}`] },
    },
    ...(impersonatedUser === undefined ? {} : { impersonatedUser }),
    sourceIPs: [`10.${random.below(250)}.${random.below(250)}.${random.below(250)}`],
    userAgent: "kube-controller-manager/v1.33.2 (linux/amd64) kubernetes/a57b6f7",
    objectRef: {
      resource,
      namespace,
      name,
      uid: seededUuid(random),
      apiVersion: "v1",
      resourceVersion: String(random.below(1e9)),
    },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: formatTime(at),
    stageTimestamp: formatTime(at + 1 + random.below(9_000)),
    annotations: {
      "authorization.k8s.io/decision": "allow",
      "authorization.k8s.io/reason": `RBAC: allowed by ClusterRoleBinding "tenant-controllers-${random.below(99)}" of ClusterRole "tenant-controllers" to Group "system:masters"`,
      "pod-security.kubernetes.io/enforce-policy": `baseline:latest by policy-${random.hex(6)}`,
      "mutation.webhook.admission.k8s.io/round_0_index_0": JSON.stringify({
        configuration: `tenant-defaults-${random.hex(6)}`,
        mutated: false,
        webhook: "defaults.tenant.example",
      }),
    },
  });
}

/** Lines of Teleport's audit log that make a grant for this engineer: asked for, and approved a second later. */
export function grantLines(random: Random, at: Micros, engineer: string): readonly string[] {
  const id = seededUuid(random);
  const until = formatTime(at + 3_600_000_000);
  const common = { ei: 0, cluster_name: ROOT_CLUSTER, expires: until, id };
  return [
    {
      ...common,
      event: "access_request.create",
      uid: seededUuid(random),
      code: "T5000I",
      time: formatTime(at),
      user: engineer,
      roles: ["operator"],
      state: "PENDING",
      reason: "node does not come back",
    },
    {
      ...common,
      event: "access_request.update",
      uid: seededUuid(random),
      code: "T5001I",
      time: formatTime(at + 1_000_000),
      updated_by: "owner@customer.example",
      state: "APPROVED",
    },
  ].map((event) => JSON.stringify(event));
}

/** A Teleport line that lists the grant by its id. */
export function sessionStartLine(
  random: Random,
  at: Micros,
  engineer: string,
  grantId: string,
): string {
  return JSON.stringify({
    ei: 0,
    event: "session.start",
    uid: seededUuid(random),
    code: "T2000I",
    time: formatTime(at),
    cluster_name: ROOT_CLUSTER,
    user: engineer,
    login: "acc",
    access_requests: [grantId],
    sid: seededUuid(random),
    server_id: seededUuid(random),
    server_hostname: `node-${random.below(64)}`,
    "addr.remote": "198.51.100.7:50112",
    "addr.local": "10.0.0.4:3022",
    proto: "ssh",
    size: "80:24",
  });
}
