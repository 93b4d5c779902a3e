import { hash } from "node:crypto";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Finding } from "./finding.ts";

/** Characters of the digest that tell the copies of a reused id apart. */
const SUFFIX_LENGTH = 16;

/** The id under which a record is kept whose own id another record has. */
export function suffixedId(id: string, contentDigest: string): string {
  return `${id}-${hash("sha256", contentDigest, "hex").slice(0, SUFFIX_LENGTH)}`;
}

/** One Teleport id, two contents: somebody rewrote a record, or two have one id. */
export function eventIdReused(event: AuditEvent, firstId: string): Finding {
  return {
    rule: "event-id-reused",
    severity: "medium",
    evidence: [firstId, event.id],
    grants: [],
    subject: event.actor.name,
    vendor: event.labels["vendor"] ?? null,
    identity: [firstId, event.id],
  };
}
