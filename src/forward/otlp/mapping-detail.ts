import type {
  CommandDetail,
  ExportDetail,
  FindingDetail,
  GapDetail,
  GrantDetail,
  KubernetesDetail,
  RevisionDetail,
  TeleportDetail,
  UnreadableDetail,
} from "../../model/generated/audit-event.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { formatTime } from "../../model/time.ts";
import { booleans, ints, lists, strings, type Attribute } from "./attribute.ts";
import { SEAL } from "./mapping-seal.ts";

type Detail = NonNullable<AuditEvent["detail"]>;
export type Branch = Detail extends infer One ? (One extends unknown ? keyof One : never) : never;

const KUBERNETES: readonly Attribute<KubernetesDetail>[] = [
  ...strings<KubernetesDetail>({
    "chaperone.kubernetes.audit_id": ["auditId", (d) => d.auditId, "auditID; client-settable."],
    "chaperone.kubernetes.level": ["level", (d) => d.level, "Level of the audit policy."],
    "chaperone.kubernetes.stage": ["stage", (d) => d.stage, "Stage of the request."],
    "chaperone.kubernetes.request_uri": [
      "requestUri",
      (d) => d.requestUri,
      "Path and query, secrets redacted.",
    ],
    "chaperone.kubernetes.decision": [
      "decision",
      (d) => d.decision,
      "The server's authorization decision.",
    ],
  }),
  ...lists<KubernetesDetail>({
    "chaperone.redacted": ["redacted", (d) => d.redacted, "Fields in which something is redacted."],
  }),
];

const TELEPORT: readonly Attribute<TeleportDetail>[] = [
  ...strings<TeleportDetail>({
    "chaperone.teleport.uid": ["uid", (d) => d.uid, "Unique id that Teleport gave the event."],
    "chaperone.teleport.code": ["code", (d) => d.code, "Event code, such as T2000I."],
    "chaperone.teleport.cluster_name": [
      "clusterName",
      (d) => d.clusterName,
      "Teleport cluster that logged the event.",
    ],
    "chaperone.teleport.server_id": [
      "serverId",
      (d) => d.serverId,
      "Teleport server that handled the connection.",
    ],
    "chaperone.teleport.login": ["login", (d) => d.login, "Login on the target host."],
    "chaperone.teleport.kubernetes_cluster": [
      "kubernetesCluster",
      (d) => d.kubernetesCluster,
      "Kubernetes cluster as Teleport names it.",
    ],
  }),
  ...lists<TeleportDetail>({
    "chaperone.teleport.access_requests": [
      "accessRequests",
      (d) => d.accessRequests,
      "Access requests of the credential in use, as logged.",
    ],
    "chaperone.redacted": ["redacted", (d) => d.redacted, "Fields in which something is redacted."],
  }),
];

const GRANT: readonly Attribute<GrantDetail>[] = [
  ...strings<GrantDetail>({
    "chaperone.grant.id": ["grantId", (d) => d.grantId, "Id of the grant that changed."],
    "chaperone.grant.kind": [
      "kind",
      (d) => d.kind,
      "teleport-access-request, support-access or out-of-band.",
    ],
    "chaperone.grant.change": [
      "change",
      (d) => d.change,
      "requested, reviewed, approved, denied, deleted, expired, searched, sealed or other.",
    ],
    "chaperone.grant.state": ["state", (d) => d.state, "State after it, in the origin's words."],
    "chaperone.grant.principal": ["principal", (d) => d.principal, "Who asked for the grant."],
    "chaperone.grant.decided_by": ["decidedBy", (d) => d.decidedBy, "Who decided."],
    "chaperone.grant.reason": ["reason", (d) => d.reason, "Reason of who made the change."],
    "chaperone.grant.valid_from": [
      "validFrom",
      (d) => timeOrNull(d.validFrom),
      "Earliest use that the record states; RFC 3339, UTC.",
    ],
    "chaperone.grant.valid_until": [
      "validUntil",
      (d) => timeOrNull(d.validUntil),
      "End of access that the record states; RFC 3339, UTC.",
    ],
  }),
  ...lists<GrantDetail>({
    "chaperone.grant.roles": ["roles", (d) => d.roles, "Roles asked for, or given instead."],
  }),
  ...SEAL,
];

const COMMAND: readonly Attribute<CommandDetail>[] = [
  ...strings<CommandDetail>({
    "chaperone.command.text": ["text", (d) => d.text, "The command line, secrets redacted."],
    "chaperone.command.path": ["path", (d) => d.path, "Path of the program."],
    "chaperone.command.exit_code": ["exitCode", (d) => d.exitCode, "Exit code as logged."],
  }),
  ...lists<CommandDetail>({
    "chaperone.command.arguments": ["arguments", (d) => d.arguments, "Arguments, one by one."],
  }),
  ...booleans<CommandDetail>({
    "chaperone.command.is_reconstructed": [
      "isReconstructed",
      (d) => d.isReconstructed,
      "Whether it was put together from terminal output.",
    ],
  }),
];

const FINDING: readonly Attribute<FindingDetail>[] = [
  ...strings<FindingDetail>({
    "chaperone.finding.rule": ["rule", (d) => d.rule, "Name of the rule."],
    "chaperone.finding.severity": [
      "severity",
      (d) => d.severity,
      "info, low, medium, high or critical.",
    ],
    "chaperone.finding.subject": ["subject", (d) => d.subject, "Person, object or source."],
    "chaperone.finding.state": [
      "state",
      (d) => d.state,
      "open, or withdrawn where later evidence took its reason away.",
    ],
    "chaperone.finding.first_id": [
      "firstId",
      (d) => d.firstId,
      "`log.record.uid` of the first edition, where this is a later one.",
    ],
  }),
  ...ints<FindingDetail>({
    "chaperone.finding.number": [
      "number",
      (d) => d.number,
      "Edition of the finding; the highest number counts.",
    ],
  }),
  ...lists<FindingDetail>({
    "chaperone.finding.evidence": [
      "evidence",
      (d) => d.evidence,
      "`log.record.uid` of the events that show it.",
    ],
    "chaperone.finding.grants": ["grants", (d) => d.grants, "Ids of the grants it concerns."],
  }),
];

const REVISION: readonly Attribute<RevisionDetail>[] = [
  ...strings<RevisionDetail>({
    "chaperone.revision.event_id": [
      "eventId",
      (d) => d.eventId,
      "`log.record.uid` of the event whose verdict changed.",
    ],
    "chaperone.revision.previous_coverage": [
      "previous.coverage",
      (d) => d.previous.coverage,
      "The coverage that is replaced.",
    ],
  }),
  ...ints<RevisionDetail>({
    "chaperone.revision.number": ["number", (d) => d.number, "The highest number counts."],
  }),
];

const GAP: readonly Attribute<GapDetail>[] = [
  ...strings<GapDetail>({
    "chaperone.gap.source": ["source", (d) => d.source, "Where it is missing."],
    "chaperone.gap.from": ["from", (d) => d.from, "First missing position."],
    "chaperone.gap.to": ["to", (d) => d.to, "First position after the gap."],
    "chaperone.gap.cause": ["cause", (d) => d.cause, "Why it is missing."],
  }),
  ...ints<GapDetail>({
    "chaperone.gap.size_bytes": ["sizeBytes", (d) => d.sizeBytes, "Missing bytes."],
    "chaperone.gap.count": ["count", (d) => d.count, "Missing events."],
  }),
];

const UNREADABLE: readonly Attribute<UnreadableDetail>[] = strings<UnreadableDetail>({
  "chaperone.unreadable.dialect": [
    "dialect",
    (d) => d.dialect,
    "Dialect that the source should speak.",
  ],
  "chaperone.unreadable.why": ["why", (d) => d.why, "What could not be read."],
});

const EXPORT: readonly Attribute<ExportDetail>[] = [
  ...strings<ExportDetail>({
    "chaperone.export.request_id": ["requestId", (d) => d.requestId, "Id of the export request."],
    "chaperone.export.state": ["state", (d) => d.state, "State after the step."],
    "chaperone.export.requester": ["requester", (d) => d.requester, "Who asked."],
    "chaperone.export.approver": ["approver", (d) => d.approver, "Who initiated or approved it."],
    "chaperone.export.reason": ["reason", (d) => d.reason, "Reason given."],
  }),
  ...lists<ExportDetail>({
    "chaperone.export.sessions": ["sessions", (d) => d.sessions, "Ids of the sessions asked for."],
  }),
];

/** What an event's detail adds to the attributes of its log record. A branch that is missing here does not compile. */
export const DETAIL_ATTRIBUTES: Readonly<Record<Branch, readonly Attribute<never>[]>> = {
  kubernetes: KUBERNETES,
  teleport: TELEPORT,
  grant: GRANT,
  command: COMMAND,
  finding: FINDING,
  revision: REVISION,
  gap: GAP,
  unreadable: UNREADABLE,
  export: EXPORT,
};

/** The name of the detail's one branch. */
export function branchOf(detail: Detail): Branch {
  for (const branch in detail) return branch as Branch;
  throw new TypeError("Cannot map an event: its detail has no branch");
}

function timeOrNull(micros: number | null): string | null {
  return micros === null ? null : formatTime(micros);
}
