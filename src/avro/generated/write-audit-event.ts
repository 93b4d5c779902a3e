// Generated from schemas/audit-event/v2.avsc; change the schema, then run: npm run generate
import type { Action, Actor, AuditEvent, CommandDetail, ExportDetail, FindingDetail, GapDetail, GrantDetail, KubernetesDetail, Origin, Original, Outcome, RevisionDetail, Seal, Session, Target, TeleportDetail, UnreadableDetail, Verdict } from "../../model/generated/audit-event.ts";
import type { AvroWriter } from "../writer.ts";

/** Version of the schema that these functions write. */
export const SCHEMA_VERSION: number = 2;

export function writeAuditEvent(writer: AvroWriter, value: AuditEvent): void {
  writer.string(value.id);
  writer.string(value.organization);
  writer.stringMap(value.labels);
  writeOrigin(writer, value.origin);
  writer.long(value.occurredAt);
  writer.nullableLong(value.endedAt);
  writer.long(value.observedAt);
  writeActor(writer, value.actor);
  writeAction(writer, value.action);
  writeTarget(writer, value.target);
  writeOutcome(writer, value.outcome);
  if (value.session === null) writer.branch(0);
  else {
    writer.branch(1);
    writeSession(writer, value.session);
  }
  if (value.detail === null) writer.branch(0);
  else if ("kubernetes" in value.detail) {
    writer.branch(1);
    writeKubernetesDetail(writer, value.detail.kubernetes);
  }
  else if ("teleport" in value.detail) {
    writer.branch(2);
    writeTeleportDetail(writer, value.detail.teleport);
  }
  else if ("grant" in value.detail) {
    writer.branch(3);
    writeGrantDetail(writer, value.detail.grant);
  }
  else if ("command" in value.detail) {
    writer.branch(4);
    writeCommandDetail(writer, value.detail.command);
  }
  else if ("finding" in value.detail) {
    writer.branch(5);
    writeFindingDetail(writer, value.detail.finding);
  }
  else if ("revision" in value.detail) {
    writer.branch(6);
    writeRevisionDetail(writer, value.detail.revision);
  }
  else if ("gap" in value.detail) {
    writer.branch(7);
    writeGapDetail(writer, value.detail.gap);
  }
  else if ("unreadable" in value.detail) {
    writer.branch(8);
    writeUnreadableDetail(writer, value.detail.unreadable);
  }
  else if ("export" in value.detail) {
    writer.branch(9);
    writeExportDetail(writer, value.detail.export);
  }
  else throw new TypeError(`Cannot encode ${Object.keys(value.detail).join()}: the schema has no such branch`);
  if (value.original === null) writer.branch(0);
  else {
    writer.branch(1);
    writeOriginal(writer, value.original);
  }
  writeVerdict(writer, value.verdict);
}

function writeOrigin(writer: AvroWriter, value: Origin): void {
  writer.string(value.kind);
  writer.string(value.name);
  writer.nullableString(value.cluster);
  writer.string(value.position);
}

function writeActor(writer: AvroWriter, value: Actor): void {
  writer.nullableString(value.name);
  writer.nullableString(value.uid);
  writer.string(value.kind);
  writer.strings(value.groups);
  writer.strings(value.roles);
  writer.nullableString(value.impersonator);
  writer.nullableString(value.sourceAddress);
  writer.strings(value.claimedAddresses);
  writer.nullableString(value.userAgent);
  writer.nullableString(value.credentialId);
}

function writeAction(writer: AvroWriter, value: Action): void {
  writer.string(value.class);
  writer.string(value.name);
}

function writeTarget(writer: AvroWriter, value: Target): void {
  writer.nullableString(value.kind);
  writer.nullableString(value.apiGroup);
  writer.nullableString(value.namespace);
  writer.nullableString(value.name);
  writer.nullableString(value.subresource);
  writer.nullableString(value.host);
}

function writeOutcome(writer: AvroWriter, value: Outcome): void {
  writer.string(value.status);
  writer.nullableString(value.code);
  writer.nullableString(value.reason);
}

function writeSession(writer: AvroWriter, value: Session): void {
  writer.string(value.id);
  writer.string(value.kind);
}

function writeKubernetesDetail(writer: AvroWriter, value: KubernetesDetail): void {
  writer.string(value.auditId);
  writer.string(value.level);
  writer.string(value.stage);
  writer.string(value.verb);
  writer.string(value.requestUri);
  writer.nullableLong(value.requestReceivedTimestamp);
  writer.nullableLong(value.stageTimestamp);
  writer.nullableString(value.decision);
  writer.strings(value.redacted);
}

function writeTeleportDetail(writer: AvroWriter, value: TeleportDetail): void {
  writer.nullableString(value.uid);
  writer.string(value.event);
  writer.nullableString(value.code);
  writer.nullableString(value.sessionId);
  writer.nullableString(value.clusterName);
  writer.long(value.index);
  writer.strings(value.accessRequests);
  writer.nullableString(value.serverId);
  writer.nullableString(value.login);
  writer.nullableString(value.kubernetesCluster);
  writer.strings(value.redacted);
}

function writeGrantDetail(writer: AvroWriter, value: GrantDetail): void {
  writer.nullableString(value.uid);
  writer.string(value.event);
  writer.nullableString(value.code);
  writer.string(value.grantId);
  writer.string(value.kind);
  writer.string(value.change);
  writer.nullableString(value.state);
  writer.nullableString(value.principal);
  writer.nullableString(value.decidedBy);
  writer.strings(value.roles);
  writer.nullableString(value.reason);
  writer.nullableLong(value.validFrom);
  writer.nullableLong(value.validUntil);
  if (value.seal === null) writer.branch(0);
  else {
    writer.branch(1);
    writeSeal(writer, value.seal);
  }
}

function writeSeal(writer: AvroWriter, value: Seal): void {
  writer.long(value.number);
  writer.string(value.digest);
  writer.nullableString(value.previousDigest);
  writer.string(value.chainDigest);
  writer.long(value.events);
  writer.long(value.findings);
  writer.long(value.gaps);
}

function writeCommandDetail(writer: AvroWriter, value: CommandDetail): void {
  writer.string(value.text);
  writer.strings(value.arguments);
  writer.nullableString(value.path);
  writer.nullableString(value.exitCode);
  writer.boolean(value.isReconstructed);
}

function writeFindingDetail(writer: AvroWriter, value: FindingDetail): void {
  writer.string(value.rule);
  writer.string(value.severity);
  writer.strings(value.evidence);
  writer.strings(value.grants);
  writer.nullableString(value.subject);
  writer.long(value.number);
  writer.nullableString(value.firstId);
  writer.string(value.state);
}

function writeRevisionDetail(writer: AvroWriter, value: RevisionDetail): void {
  writer.string(value.eventId);
  writer.long(value.number);
  writeVerdict(writer, value.previous);
}

function writeVerdict(writer: AvroWriter, value: Verdict): void {
  writer.strings(value.grants);
  writer.strings(value.related);
  writer.string(value.method);
  writer.string(value.coverage);
  writer.nullableLong(value.skewMs);
}

function writeGapDetail(writer: AvroWriter, value: GapDetail): void {
  writer.string(value.source);
  writer.string(value.from);
  writer.string(value.to);
  writer.nullableLong(value.sizeBytes);
  writer.nullableLong(value.count);
  writer.string(value.cause);
}

function writeUnreadableDetail(writer: AvroWriter, value: UnreadableDetail): void {
  writer.string(value.dialect);
  writer.string(value.why);
}

function writeExportDetail(writer: AvroWriter, value: ExportDetail): void {
  writer.string(value.requestId);
  writer.string(value.state);
  writer.nullableString(value.requester);
  writer.nullableString(value.approver);
  writer.strings(value.sessions);
  writer.nullableString(value.reason);
}

function writeOriginal(writer: AvroWriter, value: Original): void {
  writer.bytes(value.bytes);
  writer.string(value.sha256);
  writer.nullableLong(value.truncatedFromBytes);
}
