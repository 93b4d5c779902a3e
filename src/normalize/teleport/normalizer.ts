import { hash } from "node:crypto";
import type { AuditEvent, TeleportDetail } from "../../model/generated/audit-event.ts";
import type { Normalization } from "../../model/normalization.ts";
import type { RawRecord, Source } from "../../model/record.ts";
import { parseTime } from "../../model/time.ts";
import { NOT_VENDOR } from "../../model/verdict.ts";
import type { Normalizer } from "../../ports/normalizer.ts";
import { NO_STRINGS, textOf, wholeNumberOf } from "../fields.ts";
import { readRecord } from "../read.ts";
import { isUnreadable } from "../unreadable.ts";
import { grantDetail } from "./access-request.ts";
import { teleportActor } from "./actor.ts";
import { teleportFacts } from "./facts.ts";
import { familyOf } from "./families.ts";
import { generic } from "./generic.ts";
import { teleportEventId } from "./id.ts";
import type { TeleportEvent } from "./meaning.ts";
import { sessionOf } from "./session.ts";
import { teleportLabels } from "./stream.ts";

/**
 * Reads events of Teleport's audit log, one JSON object each. A record is readable when it has an event type; a type without a
 * normalization of its own is read as far as the common blocks go, and labelled.
 */
export function createTeleportNormalizer(options: { readonly organization: string }): Normalizer {
  const { organization } = options;
  return {
    dialect: "teleport",
    normalize: (record, source) => {
      const reading = readRecord(record);
      if (reading.status !== "read") return reading;
      const { fields } = reading;
      const type = textOf(fields["event"]);
      if (type === null) return { status: "unreadable", why: NO_TYPE };
      const sha256 = hash("sha256", record.bytes, "hex");
      const facts = teleportFacts(fields, type, {
        cluster: source.cluster ?? source.name,
        time: record.observedAt,
        bytesSha256: () => sha256,
      });
      return normalized({ fields, facts }, { record, source, organization, sha256 });
    },
    facts: ({ origin, original, observedAt, detail }) => {
      if (original === null || isUnreadable(detail)) return null;
      const { bytes, sha256, truncatedFromBytes } = original;
      const reading = readRecord({ bytes, truncatedFromBytes, position: "", observedAt });
      const type = reading.status === "read" ? textOf(reading.fields["event"]) : null;
      if (reading.status !== "read" || type === null) return null;
      return teleportFacts(reading.fields, type, {
        cluster: origin.cluster ?? origin.name,
        time: observedAt,
        bytesSha256: () => sha256,
      });
    },
  };
}

const NO_TYPE = 'Cannot read a Teleport event: "event" is missing';

interface Context {
  readonly record: RawRecord;
  readonly source: Source;
  readonly organization: string;
  readonly sha256: string;
}

function normalized(teleport: TeleportEvent, context: Context): Normalization {
  const { fields, facts } = teleport;
  const { record, source } = context;
  const family = familyOf(facts.event);
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
      kind: "teleport",
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
