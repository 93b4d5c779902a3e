import { createHash } from "node:crypto";
import type { Facts, KubernetesFacts, TeleportFacts } from "../../src/model/facts.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../src/model/normalization.ts";
import type { Policy, Vendor, VendorRole } from "../../src/model/policy.ts";
import type { Micros } from "../../src/model/time.ts";
import { addressOf } from "../../src/normalize/teleport/address.ts";
import { NOT_VENDOR } from "../../src/model/verdict.ts";
import { type KubernetesCall, objectOf, statusOf } from "./kubernetes-call.ts";

/** Seconds after the beginning of the story. */
export function at(seconds: number): Micros {
  return 1_790_000_000_000_000 + Math.round(seconds * 1e6);
}

export const HOUR = 3_600;
export const ROOT = "vendor.teleport.example";
export const LEAF = "leaf.vendor.teleport.example";
export const AGENT = "system:serviceaccount:teleport:agent";

export function aRole(role: Partial<VendorRole> & { readonly name: string }): VendorRole {
  return {
    kubernetesGroups: [],
    kubernetesUsers: [],
    logins: [],
    isStanding: false,
    permits: null,
    bindings: [],
    ...role,
  };
}

const preset = (name: "read" | "operate" | "all"): VendorRole["permits"] => ({
  preset: name,
  rules: [],
});

export function aVendor(vendor: Partial<Vendor> = {}): Vendor {
  return {
    name: "example-cloud",
    users: ["*@vendor.example"],
    bots: ["bot-inventory"],
    clusters: [ROOT],
    leafClusters: [LEAF],
    impersonators: [AGENT],
    namespaces: [],
    networks: [],
    roles: [
      aRole({ name: "viewer", kubernetesGroups: ["v:viewers"], permits: preset("read") }),
      aRole({ name: "operator", kubernetesGroups: ["v:operators"], permits: preset("operate") }),
      aRole({
        name: "admin",
        kubernetesGroups: ["v:admins"],
        permits: preset("all"),
        bindings: ["vendor-admin"],
      }),
      aRole({ name: "metal", logins: ["acc"] }),
      aRole({
        name: "oncall",
        kubernetesUsers: ["vendor-oncall"],
        kubernetesGroups: ["v:admins"],
        permits: preset("all"),
      }),
      aRole({
        name: "base",
        kubernetesGroups: ["v:base"],
        permits: preset("read"),
        isStanding: true,
      }),
    ],
    ...vendor,
  };
}

export function aPolicy(policy: Partial<Policy> = {}): Policy {
  return {
    organization: "acme",
    vendors: [aVendor()],
    approvers: ["anna@acme.example"],
    organizationUsers: ["*@acme.example"],
    approval: { pendingForMs: 2 * HOUR * 1e3, validForMs: 8 * HOUR * 1e3 },
    hold: {
      holdForMs: 120_000,
      heldEventsMax: 1_000,
      latenessMs: 60_000,
      skewMaxMs: 5_000,
      skewMs: 5_000,
    },
    dossier: { sealAfterMs: 35 * 60_000 },
    silence: { afterMs: 900_000, speaking: [], heartbeatMs: null },
    ...policy,
  };
}

let numberOfEvents = 0;

/** One event of a Kubernetes audit log. */
export function kubernetes(call: KubernetesCall): NormalizedEvent {
  const number = ++numberOfEvents;
  const facts: KubernetesFacts = {
    dialect: "kubernetes-audit",
    user: call.user === null ? null : { name: call.user, groups: call.groups ?? [] },
    impersonated: call.as === undefined ? null : { name: call.as, groups: call.asGroups ?? [] },
    cluster: call.cluster ?? "prod",
    auditId: call.auditId ?? `audit-${number}`,
    stage: call.stage ?? "ResponseComplete",
    verb: call.verb ?? "list",
    requestUri: call.uri ?? `/api/v1/${call.resource ?? "pods"}`,
    receivedAt: at(call.at),
    stageAt: at(call.stageAt ?? call.at),
    credentialId: call.credentialId ?? null,
    issuedCredentialId: call.issued ?? null,
    signing: call.signing ?? null,
    code: call.code === undefined ? 200 : call.code,
    decision: call.decision === undefined ? "allow" : call.decision,
    object: objectOf(call),
    hostAccess: call.hostAccess ?? null,
  };
  const actor = call.as ?? call.user;
  return normalized(facts, {
    id: call.id ?? `k8s-${number}`,
    stream: "logs-audit-kube-api",
    occurredAt: at(call.at),
    actor: { name: actor, impersonator: call.as === undefined ? null : call.user },
    action: facts.verb,
    target: { kind: facts.object?.resource ?? null, name: call.name ?? null },
    status: statusOf(facts.code),
    code: facts.code === null ? null : String(facts.code),
    sourceAddress: call.sourceAddress ?? null,
  });
}

type TeleportRecord = Partial<Omit<TeleportFacts, "dialect" | "time" | "event" | "method">> & {
  readonly id?: string;
  readonly event: string;
  /** Seconds. */
  readonly at: number;
  /** Of kube.request: the HTTP method and the object. */
  readonly method?: string;
  readonly target?: { readonly kind?: string | null; readonly subresource?: string | null };
  readonly outcomeCode?: string;
  readonly status?: string;
};

/** One event of a Teleport audit log; on the vendor's root cluster unless it says otherwise. */
export function teleport(record: TeleportRecord): NormalizedEvent {
  const number = ++numberOfEvents;
  const { id, event, at: seconds, method, target, outcomeCode, status, ...own } = record;
  const facts: TeleportFacts = {
    ...NO_TELEPORT_FACTS,
    contentDigest: digestOf(JSON.stringify([event, seconds, own])),
    ...own,
    event,
    method: method ?? null,
    time: at(seconds),
  };
  return normalized(facts, {
    id: id ?? `teleport-${number}`,
    stream: event.startsWith("access_request.") ? "logs-grants" : "logs-audit-teleport",
    occurredAt: facts.time,
    actor: { name: facts.user, impersonator: null },
    action: method ?? event,
    target: { kind: target?.kind ?? null, name: null, subresource: target?.subresource ?? null },
    status: status ?? (outcomeCode === "403" ? "denied" : "success"),
    code: outcomeCode ?? null,
    sourceAddress: addressOf(facts.addressRemote),
  });
}

const NO_TELEPORT_FACTS: Omit<TeleportFacts, "time" | "event" | "contentDigest"> = {
  dialect: "teleport",
  code: null,
  uid: null,
  cluster: ROOT,
  user: null,
  login: null,
  impersonator: null,
  accessRequests: null,
  sessionId: null,
  serverId: null,
  serverName: null,
  addressRemote: null,
  addressLocal: null,
  protocol: null,
  kubernetesCluster: null,
  kubernetesUsers: [],
  kubernetesGroups: [],
  podNamespace: null,
  podName: null,
  requestPath: null,
  method: null,
  sessionStart: null,
  sessionRecording: null,
  isInteractive: null,
  isRecorded: false,
  accessRequest: null,
  certificate: null,
  lock: null,
  resourceName: null,
};

interface RequestChange extends Partial<NonNullable<TeleportFacts["accessRequest"]>> {
  readonly eventId?: string;
  readonly at: number;
  readonly user?: string | null;
}

/** A record about the access request `id`: `create`, `update`, `review`, `delete` or `expire`. */
export function request(id: string, change: string, facts: RequestChange): NormalizedEvent {
  const { eventId, at: seconds, user, ...own } = facts;
  const accessRequest: TeleportFacts["accessRequest"] = {
    id,
    state: null,
    roles: [],
    resources: [],
    reason: null,
    expires: null,
    assumeStartTime: null,
    maxDuration: null,
    updatedBy: null,
    delegator: null,
    reviewer: null,
    proposedState: null,
    ...own,
  };
  const event = `access_request.${change}`;
  const base = { event, at: seconds, user: user ?? null, accessRequest };
  return teleport(eventId === undefined ? base : { ...base, id: eventId });
}

interface GrantStory {
  readonly user?: string;
  readonly roles?: readonly string[];
  readonly requested?: number;
  readonly approved?: number;
  readonly expires?: number;
  readonly resources?: NonNullable<TeleportFacts["accessRequest"]>["resources"];
}

/** A request that was asked for and approved: by default at 0 and 10 s, until 1,000 s. */
export function approved(id: string, story: GrantStory = {}): NormalizedEvent[] {
  const expires = at(story.expires ?? 1_000);
  return [
    request(id, "create", {
      at: story.requested ?? 0,
      user: story.user ?? "dana@vendor.example",
      roles: story.roles ?? ["viewer"],
      resources: story.resources ?? [],
      state: "PENDING",
      expires,
    }),
    request(id, "update", {
      at: story.approved ?? 10,
      state: "APPROVED",
      updatedBy: "anna@acme.example",
      expires,
    }),
  ];
}

interface EventParts {
  readonly id: string;
  readonly stream: string;
  readonly occurredAt: Micros;
  readonly actor: { readonly name: string | null; readonly impersonator: string | null };
  readonly action: string;
  readonly target: {
    readonly kind: string | null;
    readonly name: string | null;
    readonly subresource?: string | null;
  };
  readonly status: string;
  readonly code: string | null;
  readonly sourceAddress: string | null;
}

/** The event's original is its facts, so that `factsOf` can make them again. */
function normalized(facts: Facts, parts: EventParts): NormalizedEvent {
  const bytes = Buffer.from(JSON.stringify(facts));
  const event: AuditEvent = {
    id: parts.id,
    organization: "acme",
    labels: { stream: parts.stream },
    origin: { kind: facts.dialect, name: "source", cluster: facts.cluster, position: "0" },
    occurredAt: parts.occurredAt,
    endedAt: null,
    observedAt: parts.occurredAt,
    actor: {
      uid: null,
      kind: "human",
      groups: facts.dialect === "kubernetes-audit" ? (facts.user?.groups ?? []) : [],
      roles: [],
      sourceAddress: parts.sourceAddress,
      claimedAddresses: [],
      userAgent: null,
      credentialId: null,
      ...parts.actor,
    },
    action: { class: "other", name: parts.action },
    target: { apiGroup: null, namespace: null, subresource: null, host: null, ...parts.target },
    outcome: { status: parts.status, code: parts.code, reason: null },
    session: null,
    detail: null,
    original: { bytes, sha256: digestOf(bytes.toString()), truncatedFromBytes: null },
    verdict: NOT_VENDOR,
  };
  return { event, facts };
}

/** What a normalizer would make again of the original bytes. */
export function factsOf(event: AuditEvent): Facts | null {
  if (event.original === null) return null;
  return JSON.parse(Buffer.from(event.original.bytes).toString()) as Facts;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
