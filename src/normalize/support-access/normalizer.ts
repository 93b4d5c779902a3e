import { hash } from "node:crypto";
import type { SupportAccessFacts } from "../../model/facts.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { RawRecord, Source } from "../../model/record.ts";
import { NOT_VENDOR } from "../../model/verdict.ts";
import type { Normalizer } from "../../ports/normalizer.ts";
import { NO_ACTOR, NO_TARGET } from "../blank.ts";
import { isUnreadable, STREAM_OF_DIALECT } from "../unreadable.ts";
import { SnapshotFault } from "./fault.ts";
import { parseSnapshot } from "./parse.ts";

/** Reads snapshots of a cluster's support access, each a record of its own. What one does not list is what it says, so it is read whole or not at all. */
export function createSupportAccessNormalizer(options: {
  readonly organization: string;
}): Normalizer {
  const { organization } = options;
  return {
    dialect: "support-access",
    normalize: (record, source) => {
      const { bytes, truncatedFromBytes } = record;
      if (truncatedFromBytes !== null)
        return unreadable(`only ${bytes.length} of its ${truncatedFromBytes} bytes were kept`);
      const cluster = source.cluster ?? source.name;
      try {
        const facts = parseSnapshot(bytes, { cluster, at: record.takenAt ?? record.observedAt });
        return {
          status: "normalized",
          event: snapshotEvent(facts, { record, source, organization }),
          facts,
        };
      } catch (error) {
        if (error instanceof SnapshotFault) return unreadable(error.message);
        throw error;
      }
    },
    facts: ({ origin, original, occurredAt, detail }) => {
      if (original === null || isUnreadable(detail)) return null;
      const cluster = origin.cluster ?? origin.name;
      try {
        return parseSnapshot(original.bytes, { cluster, at: occurredAt });
      } catch {
        return null;
      }
    },
  };
}

function unreadable(why: string): { readonly status: "unreadable"; readonly why: string } {
  return { status: "unreadable", why: `Cannot read a snapshot of support access: ${why}` };
}

/**
 * Its id is SHA-256 over the cluster, the time at which it was taken and the digest of its bytes: two snapshots that list the same are
 * two events, since each says how it was at its time.
 */
function snapshotEvent(
  facts: SupportAccessFacts,
  {
    record,
    source,
    organization,
  }: {
    readonly record: RawRecord;
    readonly source: Source;
    readonly organization: string;
  },
): AuditEvent {
  const sha256 = hash("sha256", record.bytes, "hex");
  const identity = JSON.stringify(["support-access", facts.cluster, facts.at, sha256]);
  return {
    id: hash("sha256", identity, "hex"),
    organization,
    labels: { stream: STREAM_OF_DIALECT["support-access"] },
    origin: {
      kind: "support-access",
      name: source.name,
      cluster: source.cluster,
      position: record.position,
    },
    occurredAt: facts.at,
    endedAt: null,
    observedAt: record.observedAt,
    actor: NO_ACTOR,
    action: { class: "observe", name: "snapshot" },
    target: { ...NO_TARGET, kind: "cluster", name: facts.cluster },
    outcome: { status: "success", code: null, reason: null },
    session: null,
    detail: null,
    original: { bytes: record.bytes, sha256, truncatedFromBytes: null },
    verdict: NOT_VENDOR,
  };
}
