import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { Grant } from "../../../src/model/generated/grant.ts";
import type { QuarantinedEvent } from "../../../src/model/generated/quarantined-event.ts";
import { WITHDRAWN_FINDING, aSealedGrant } from "../../support/sealed-grant.ts";

const AT = 1_795_315_880_736_383;

const event: AuditEvent = {
  id: "3f".repeat(32),
  organization: "acme",
  labels: { stream: "logs-audit-kube-api", vendor: "example-cloud" },
  origin: { kind: "kubernetes-audit", name: "prod-audit", cluster: "prod", position: "259:131:1024" },
  occurredAt: AT,
  endedAt: null,
  observedAt: AT + 250_000,
  actor: {
    name: "zoë@vendor.example",
    uid: null,
    kind: "human",
    groups: ["vendor:operators"],
    roles: [],
    impersonator: "system:serviceaccount:relay:agent",
    sourceAddress: "192.0.2.7",
    claimedAddresses: ["203.0.113.9"],
    userAgent: "kubectl/v1.32.4",
    credentialId: null,
  },
  action: { class: "read", name: "list" },
  target: { kind: "pods", apiGroup: "", namespace: "ml-train", name: null, subresource: null, host: null },
  outcome: { status: "success", code: "200", reason: null },
  session: { id: "5e6f", kind: "kubernetes" },
  detail: {
    kubernetes: {
      auditId: "0c5b8d61",
      level: "Metadata",
      stage: "ResponseComplete",
      verb: "list",
      requestUri: "/api/v1/namespaces/ml-train/pods",
      requestReceivedTimestamp: AT,
      stageTimestamp: AT + 1_500,
      decision: "allow",
      redacted: [],
    },
  },
  original: { bytes: Buffer.from('{"kind":"Event","n":9007199254740993}'), sha256: "ab".repeat(32), truncatedFromBytes: null },
  verdict: { grants: ["g-1"], related: [], method: "window", coverage: "covered", skewMs: null },
};

const grant: Grant = {
  id: "g-1",
  organization: "acme",
  kind: "teleport-access-request",
  vendor: "example-cloud",
  cluster: "root.vendor.example",
  principal: "zoë@vendor.example",
  rolesRequested: ["admin", "operator"],
  roles: ["operator"],
  resources: [{ cluster: "root.vendor.example", kind: "kube_cluster", name: "prod" }],
  reason: "node does not come back",
  requestedAt: AT,
  decisions: [{ by: "anna@acme.example", at: AT + 1, state: "approve", isDeciding: true, eventId: "e-1" }],
  intervals: [{ from: AT + 1, until: AT + 2, endCause: "expired" }],
  validUntil: AT + 2,
  credentialUntil: null,
  endedAt: AT + 2,
  state: "ended",
  evidence: ["e-0", "e-1"],
};

const quarantined: QuarantinedEvent = {
  sequence: 1,
  kind: "rested",
  eventId: event.id,
  pipeline: "all-to-siem",
  journalSequence: 42,
  at: AT,
  cause: "400 Bad Request: attribute is too long",
  code: "refused",
  requestId: null,
  schemaVersion: 1,
  event: Buffer.from([1, 2, 3]),
};

/**
 * Values that use what the schema has, by subject and name; written once with every version, its bytes never change. A field that a
 * version does not have is left out.
 */
export const SAMPLES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "audit-event": {
    usual: event,
    finding: { ...event, original: null, detail: { finding: WITHDRAWN_FINDING } },
    grant: { ...event, original: null, detail: { grant: aSealedGrant() } },
  },
  grant: { usual: grant },
  "quarantined-event": { usual: quarantined },
};
