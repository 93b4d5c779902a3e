import { hash } from "node:crypto";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Dialect, RawRecord, Source } from "../model/record.ts";
import type { EventStream } from "../model/stream.ts";
import { UNRESOLVED } from "../model/verdict.ts";
import { NO_ACTOR, NO_TARGET } from "./blank.ts";

/** Where the events of a dialect are seen when nothing more is known of them. */
export const STREAM_OF_DIALECT: Readonly<Record<Dialect, EventStream>> = Object.freeze({
  "kubernetes-audit": "logs-audit-kube-api",
  teleport: "logs-audit-teleport",
  "teleport-recording": "logs-session-teleport",
  "support-access": "logs-grants",
  "out-of-band": "logs-grants",
});

/** Whether it is the event of a record that no normalizer could read, and which must not be read again: it may have made one throw. */
export function isUnreadable(detail: AuditEvent["detail"]): boolean {
  return detail !== null && "unreadable" in detail;
}

/**
 * The event of a record that no normalizer could read: its bytes and the reason, in the stream of its neighbours, at the time it was
 * read. Nobody can say whose it is, so its verdict is `unresolved`.
 *
 * Its id is SHA-256 over the cluster (the source's name, where it has no cluster), the dialect, the digest of the bytes and, where
 * they are only its head, the length and the digest of the whole record. The place is not part of it: a file that is read again, or
 * found under another name after its rotation, must not bring its damaged lines twice. Two damaged lines of the same bytes are
 * therefore one event; nothing that either says is lost.
 */
export function unreadableEvent(options: {
  readonly record: RawRecord;
  readonly source: Source;
  readonly organization: string;
  readonly why: string;
}): AuditEvent {
  const { record, source, organization, why } = options;
  const sha256 = hash("sha256", record.bytes, "hex");
  const identity = [
    "unreadable",
    source.cluster ?? source.name,
    source.dialect,
    sha256,
    record.truncatedFromBytes,
    ...(record.wholeSha256 === undefined ? [] : [record.wholeSha256]),
  ];
  return {
    id: hash("sha256", JSON.stringify(identity), "hex"),
    organization,
    labels: { stream: STREAM_OF_DIALECT[source.dialect] },
    origin: {
      kind: source.dialect,
      name: source.name,
      cluster: source.cluster,
      position: record.position,
    },
    occurredAt: record.observedAt,
    endedAt: null,
    observedAt: record.observedAt,
    actor: NO_ACTOR,
    action: { class: "other", name: "unreadable" },
    target: NO_TARGET,
    outcome: { status: "unknown", code: null, reason: null },
    session: record.sessionId === undefined ? null : { id: record.sessionId, kind: "unknown" },
    detail: { unreadable: { dialect: source.dialect, why } },
    original: { bytes: record.bytes, sha256, truncatedFromBytes: record.truncatedFromBytes },
    verdict: UNRESOLVED,
  };
}
