import type { AuditEvent, TeleportDetail } from "../../model/generated/audit-event.ts";
import type { Normalization } from "../../model/normalization.ts";
import type { RawRecord, Source } from "../../model/record.ts";
import { parseTime } from "../../model/time.ts";
import { NOT_VENDOR } from "../../model/verdict.ts";
import { NO_STRINGS, textOf, wholeNumberOf } from "../fields.ts";
import { grantDetail } from "./access-request.ts";
import { teleportActor } from "./actor.ts";
import { whyTooLong } from "./facts-limit.ts";
import { familyOf } from "./families.ts";
import { generic } from "./generic.ts";
import { teleportEventId } from "./id.ts";
import type { TeleportEvent } from "./meaning.ts";
import { sessionOf } from "./session.ts";
import { teleportLabels } from "./stream.ts";

/** Where the event was read. */
export interface EventContext {
  readonly record: RawRecord;
  readonly source: Source;
  readonly organization: string;
  readonly sha256: string;
}

/** The event that a Teleport record is, whatever form it was read in; unreadable where its facts have no end. `isBare`: only its metadata could be read. */
export function teleportEvent(
  teleport: TeleportEvent,
  context: EventContext,
  isBare = false,
): Normalization {
  const { fields, facts } = teleport;
  const { record, source } = context;
  const why = whyTooLong(facts, record.bytes.byteLength);
  if (why !== null) return { status: "unreadable", why };
  const family = isBare ? null : familyOf(facts.event);
  const meaning = (family ?? generic)(teleport);
  const clusterName = textOf(fields["cluster_name"]);
  const index = wholeNumberOf(fields["ei"]) ?? 0;
  const event: AuditEvent = {
    id: teleportEventId({
      cluster: facts.cluster,
      uid: facts.uid,
      sessionId: facts.sessionId,
      event: facts.event,
      index,
      time: parseTime(fields["time"]),
    }),
    organization: context.organization,
    labels: teleportLabels(facts, family !== null),
    origin: {
      kind: source.dialect,
      name: source.name,
      cluster: clusterName ?? source.cluster,
      position: record.position,
    },
    occurredAt: facts.time,
    endedAt: null,
    observedAt: record.observedAt,
    actor: teleportActor(teleport),
    action: { class: meaning.class, name: facts.event },
    target: meaning.target,
    outcome: meaning.outcome,
    session: sessionOf(teleport),
    detail: facts.event.startsWith("access_request.")
      ? { grant: grantDetail(teleport) }
      : { teleport: detailOf(teleport, clusterName, index) },
    original: { bytes: record.bytes, sha256: context.sha256, truncatedFromBytes: null },
    verdict: NOT_VENDOR,
  };
  return { status: "normalized", event, facts };
}

function detailOf(
  { facts }: TeleportEvent,
  clusterName: string | null,
  index: number,
): TeleportDetail {
  return {
    uid: facts.uid,
    event: facts.event,
    code: facts.code,
    sessionId: facts.sessionId,
    clusterName,
    index,
    accessRequests: facts.accessRequests ?? NO_STRINGS,
    serverId: facts.serverId,
    login: facts.login,
    kubernetesCluster: facts.kubernetesCluster,
    // No field of an event is made of what a command line or a query holds.
    redacted: NO_STRINGS,
  };
}
