import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { formatTime } from "../../model/time.ts";
import { ints, lists, strings, type Attribute } from "./attribute.ts";

/**
 * Attributes of every log record. Names are those of the OpenTelemetry semantic conventions where these have one
 * (https://opentelemetry.io/docs/specs/semconv/registry/attributes/), and under `chaperone.` elsewhere.
 * What differs from event to event stands first, so that the rest is encoded in long stretches.
 */
export const ATTRIBUTES: readonly Attribute<AuditEvent>[] = [
  ...strings<AuditEvent>({
    "log.record.uid": ["id", (e) => e.id, "Identity of the event: one event, sent twice, has one."],
    "chaperone.origin.position": [
      "origin.position",
      (e) => e.origin.position,
      "Place in the source at which the record was read.",
    ],
    "chaperone.original.sha256": [
      "original.sha256",
      (e) => e.original?.sha256 ?? null,
      "SHA-256 of the body's bytes, lower-case hexadecimal.",
    ],
    "chaperone.target.name": ["target.name", (e) => e.target.name, "Name of the object."],
    "k8s.namespace.name": ["target.namespace", (e) => e.target.namespace, "Kubernetes namespace."],
    "chaperone.target.kind": [
      "target.kind",
      (e) => e.target.kind,
      "Kind of object, in the origin's plural.",
    ],
    "chaperone.target.api_group": [
      "target.apiGroup",
      (e) => e.target.apiGroup,
      "Kubernetes API group; empty for the core group.",
    ],
    "chaperone.action.name": [
      "action.name",
      (e) => e.action.name,
      "The origin's word for what was done: a verb, an event type.",
    ],
    "chaperone.action.class": [
      "action.class",
      (e) => e.action.class,
      "read, write, delete, execute, session, access, authenticate, administer, observe or other.",
    ],
    "user.name": ["actor.name", (e) => e.actor.name, "Who did it: the impersonated user, if any."],
    "user.id": ["actor.uid", (e) => e.actor.uid, "The origin's own id of the actor."],
    "user_agent.original": [
      "actor.userAgent",
      (e) => e.actor.userAgent,
      "User agent; client-supplied.",
    ],
    "chaperone.actor.kind": [
      "actor.kind",
      (e) => e.actor.kind,
      "human, service, bot, system or unknown.",
    ],
    "source.address": [
      "actor.sourceAddress",
      (e) => e.actor.sourceAddress,
      "Address of the last, trustworthy hop.",
    ],
    "chaperone.principal": [
      "labels.principal",
      (e) => e.labels["principal"] ?? null,
      "Who answers for it, where that is not its actor.",
    ],
    "chaperone.stream": ["labels.stream", (e) => e.labels["stream"] ?? null, "Stream it is in."],
    "chaperone.vendor": [
      "labels.vendor",
      (e) => e.labels["vendor"] ?? null,
      "Organization whose staff did it.",
    ],
    "chaperone.schema": [
      "labels.schema",
      (e) => e.labels["schema"] ?? null,
      "`unknown` for event types without a normalization of their own.",
    ],
    "chaperone.truncated": [
      "labels.truncated",
      (e) => e.labels["truncated"] ?? null,
      "`true` where the origin took parts away before it wrote the record.",
    ],
    "chaperone.heartbeat.events": [
      "labels.events",
      (e) => e.labels["events"] ?? null,
      "Of a heartbeat: events of its stream so far.",
    ],
    "chaperone.heartbeat.watermark": [
      "labels.watermark",
      (e) => e.labels["watermark"] ?? null,
      "Of a heartbeat: time up to which its stream's sources have come; RFC 3339, UTC.",
    ],
    "chaperone.ended_at": [
      "endedAt",
      (e) => (e.endedAt === null ? null : formatTime(e.endedAt)),
      "When it ended, for what lasts; RFC 3339, UTC.",
    ],
    "chaperone.actor.impersonator": [
      "actor.impersonator",
      (e) => e.actor.impersonator,
      "Authenticated user who acted as `user.name`.",
    ],
    "chaperone.actor.credential_id": [
      "actor.credentialId",
      (e) => e.actor.credentialId,
      "Id of the credential in use.",
    ],
    "chaperone.target.subresource": [
      "target.subresource",
      (e) => e.target.subresource,
      "Kubernetes subresource, such as exec.",
    ],
    "chaperone.target.host": ["target.host", (e) => e.target.host, "Host that the action reached."],
    "chaperone.outcome.status": [
      "outcome.status",
      (e) => e.outcome.status,
      "success, failure, denied, opened, unauthenticated or unknown.",
    ],
    "chaperone.outcome.code": [
      "outcome.code",
      (e) => e.outcome.code,
      "Code of the origin: an HTTP status, an exit code, an event code.",
    ],
    "chaperone.outcome.reason": [
      "outcome.reason",
      (e) => e.outcome.reason,
      "Reason that the origin gives.",
    ],
    "session.id": ["session.id", (e) => e.session?.id ?? null, "Session that it belongs to."],
    "chaperone.session.kind": [
      "session.kind",
      (e) => e.session?.kind ?? null,
      "ssh, kubernetes, database, app, desktop or unknown.",
    ],
    "chaperone.verdict.coverage": [
      "verdict.coverage",
      (e) => e.verdict.coverage,
      "Whether the grants covered the event.",
    ],
    "chaperone.verdict.method": [
      "verdict.method",
      (e) => e.verdict.method,
      "How the grants are known.",
    ],
  }),
  ...lists<AuditEvent>({
    "user.roles": ["actor.roles", (e) => e.actor.roles, "Roles that the origin lists."],
    "chaperone.actor.groups": [
      "actor.groups",
      (e) => e.actor.groups,
      "Groups that the origin acted on.",
    ],
    "chaperone.actor.claimed_addresses": [
      "actor.claimedAddresses",
      (e) => e.actor.claimedAddresses,
      "Addresses that the client could have written itself.",
    ],
    "chaperone.grants": [
      "verdict.grants",
      (e) => e.verdict.grants,
      "Ids of all grants that cover the event.",
    ],
    "chaperone.related": [
      "verdict.related",
      (e) => e.verdict.related,
      "Ids of the requests that the event belongs to and that do not cover it.",
    ],
  }),
  ...ints<AuditEvent>({
    "chaperone.original.truncated_from_bytes": [
      "original.truncatedFromBytes",
      (e) => e.original?.truncatedFromBytes ?? null,
      "Length of the record where the body is only its head.",
    ],
    "chaperone.verdict.skew_ms": [
      "verdict.skewMs",
      (e) => e.verdict.skewMs,
      "Milliseconds of tolerance that a join in time used.",
    ],
  }),
];

const KUBERNETES_KINDS: ReadonlySet<string> = new Set(["kubernetes-audit", "support-access"]);

/** Attributes of the resource: the records of a request are grouped by it. */
export const RESOURCE_ATTRIBUTES: readonly Attribute<AuditEvent>[] = strings<AuditEvent>({
  "service.name": ["-", () => "chaperone", "What many back ends file log records under."],
  "chaperone.organization": [
    "organization",
    (e) => e.organization,
    "Organization whose event it is.",
  ],
  "chaperone.origin.kind": [
    "origin.kind",
    (e) => e.origin.kind,
    "kubernetes-audit, teleport, support-access, out-of-band or chaperone.",
  ],
  "chaperone.origin.name": ["origin.name", (e) => e.origin.name, "Name of the configured source."],
  "chaperone.origin.cluster": [
    "origin.cluster",
    (e) => e.origin.cluster,
    "Cluster that the record is about, of whatever kind.",
  ],
  "k8s.cluster.name": [
    "origin.cluster",
    (e) => (KUBERNETES_KINDS.has(e.origin.kind) ? e.origin.cluster : null),
    "The same, where it is a Kubernetes cluster.",
  ],
});
