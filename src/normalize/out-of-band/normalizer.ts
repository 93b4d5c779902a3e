import { hash } from "node:crypto";
import type { OutOfBandFacts } from "../../model/facts.ts";
import type { AuditEvent, GrantDetail, Outcome } from "../../model/generated/audit-event.ts";
import type { RawRecord, Source } from "../../model/record.ts";
import { NOT_VENDOR } from "../../model/verdict.ts";
import type { Normalizer } from "../../ports/normalizer.ts";
import { NO_ACTOR, NO_TARGET } from "../blank.ts";
import type { Fields } from "../fields.ts";
import { readRecord } from "../read.ts";
import { isUnreadable, STREAM_OF_DIALECT } from "../unreadable.ts";
import { DocumentFault, namesEvidence, readApproval } from "./read.ts";

/** Reads approvals that were given in another way, one JSON document each. What is wrong with its evidence is the event's outcome. */
export function createOutOfBandNormalizer(options: { readonly organization: string }): Normalizer {
  const { organization } = options;
  return {
    dialect: "out-of-band",
    normalize: (record, source) => {
      const reading = readRecord(record);
      if (reading.status === "ignored") return unreadable("it is empty");
      if (reading.status === "unreadable") return reading;
      const sha256 = hash("sha256", record.bytes, "hex");
      try {
        const facts = readApproval(reading.fields, { sha256, cluster: source.cluster });
        const outcome = outcomeOf(reading.fields, record);
        const event = approvalEvent(facts, outcome, { record, source, organization });
        return { status: "normalized", event, facts };
      } catch (error) {
        if (error instanceof DocumentFault) return unreadable(error.message);
        throw error;
      }
    },
    facts: ({ origin, original, observedAt, detail }) => {
      if (original === null || isUnreadable(detail)) return null;
      const { bytes, sha256, truncatedFromBytes } = original;
      const reading = readRecord({ bytes, truncatedFromBytes, position: "", observedAt });
      if (reading.status !== "read") return null;
      try {
        return readApproval(reading.fields, { sha256, cluster: origin.cluster });
      } catch {
        return null;
      }
    },
  };
}

function unreadable(why: string): { readonly status: "unreadable"; readonly why: string } {
  return { status: "unreadable", why: `Cannot read an out-of-band approval: ${why}` };
}

function outcomeOf(fields: Fields, { enclosureFault }: RawRecord): Outcome {
  if (!namesEvidence(fields))
    return {
      status: "failure",
      code: "evidence-missing",
      reason: "The document names no evidence file with a SHA-256",
    };
  if (enclosureFault === undefined)
    return { status: "unknown", code: null, reason: "Nobody looked at the evidence file" };
  if (enclosureFault === null) return { status: "success", code: null, reason: null };
  return { status: "failure", code: enclosureFault.code, reason: enclosureFault.why };
}

/** Its id is SHA-256 over the document's id, the digest of its bytes and what is wrong with its evidence: each version is an event. */
function approvalEvent(
  facts: OutOfBandFacts,
  outcome: Outcome,
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
  const { sha256 } = facts;
  return {
    id: hash("sha256", JSON.stringify(["out-of-band", facts.id, sha256, outcome.code]), "hex"),
    organization,
    labels: { stream: STREAM_OF_DIALECT["out-of-band"] },
    origin: {
      kind: "out-of-band",
      name: source.name,
      cluster: facts.cluster,
      position: record.position,
    },
    occurredAt: facts.recordedAt,
    endedAt: null,
    observedAt: record.observedAt,
    actor: { ...NO_ACTOR, name: facts.recordedBy, kind: "human" },
    action: { class: "access", name: "approval" },
    target: { ...NO_TARGET, kind: "out_of_band_approval", name: facts.id },
    outcome,
    session: null,
    detail: { grant: detailOf(facts) },
    original: { bytes: record.bytes, sha256, truncatedFromBytes: null },
    verdict: NOT_VENDOR,
  };
}

function detailOf(facts: OutOfBandFacts): GrantDetail {
  return {
    uid: null,
    event: "out-of-band-approval",
    code: null,
    grantId: facts.id,
    kind: "out-of-band",
    change: "approved",
    state: "APPROVED",
    principal: facts.requester,
    decidedBy: facts.approvedBy,
    roles: facts.roles,
    reason: facts.reason,
    validFrom: facts.notBefore,
    validUntil: facts.notAfter,
    seal: null,
  };
}
