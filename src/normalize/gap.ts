import { hash } from "node:crypto";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { GapRange } from "../model/record.ts";
import { EVIDENCE } from "../model/verdict.ts";
import { NO_ACTOR, NO_TARGET } from "./blank.ts";
import { STREAM_OF_DIALECT } from "./unreadable.ts";

/**
 * The event that declares a loss, in the stream in which the lost events would have been seen. Its id is SHA-256 over source and
 * range, so that the same gap found again is the same event.
 */
export function gapEvent(options: {
  readonly range: GapRange;
  readonly organization: string;
}): AuditEvent {
  const { range, organization } = options;
  const { source, from, to } = range;
  return {
    id: hash("sha256", JSON.stringify(["gap", source.name, from, to]), "hex"),
    organization,
    labels: { stream: STREAM_OF_DIALECT[source.dialect] },
    origin: { kind: "chaperone", name: source.name, cluster: source.cluster, position: from },
    occurredAt: range.observedAt,
    endedAt: null,
    observedAt: range.observedAt,
    actor: { ...NO_ACTOR, name: "chaperone", kind: "system" },
    action: { class: "observe", name: "gap" },
    target: { ...NO_TARGET, kind: "source", name: source.name },
    outcome: { status: "failure", code: null, reason: range.cause },
    session: null,
    detail: {
      gap: {
        source: source.name,
        from,
        to,
        sizeBytes: range.sizeBytes,
        count: range.count,
        cause: range.cause,
      },
    },
    original: null,
    verdict: EVIDENCE,
  };
}
