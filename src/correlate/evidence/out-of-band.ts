import type { OutOfBandFacts } from "../../model/facts.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Micros } from "../../model/time.ts";
import { keyOf } from "../ledger/key.ts";
import type { OutOfBandDocument } from "../ledger/kinds.ts";
import type { EvidenceContext } from "./context.ts";
import { tellGrant } from "./requests.ts";

/** Keeps the version of an approval that was recorded last (G5). Whether its evidence is right does not change what it grants. */
export function foldOutOfBand(
  context: EvidenceContext,
  event: AuditEvent,
  facts: OutOfBandFacts,
): void {
  const { ledger, vendors, grants } = context;
  const key = keyOf(facts.id);
  const known = ledger.outOfBand.get(key);
  const next = { eventId: event.id, facts, isProven: event.outcome.status === "success" };
  if (known !== null && !isLater(next, known)) return;
  const person = vendors.personOf(facts.requester);
  ledger.outOfBandOfPerson.put(keyOf(person, facts.id), facts.id);
  for (const role of facts.roles) ledger.outOfBandOfRole.put(keyOf(role, facts.id), facts.id);
  // A correction may be about another person or another time: then it is news for both.
  if (known !== null) tellGrant(context, facts.id, beginOf(known.facts));
  ledger.outOfBand.put(key, next);
  grants.changed(facts.id);
  tellGrant(context, facts.id, beginOf(facts));
}

/** From then on it may say something of an event. */
function beginOf({ requestedAt, approvedAt, notBefore }: OutOfBandFacts): Micros {
  return Math.min(requestedAt ?? approvedAt, approvedAt, notBefore);
}

/** By the time of recording, then the digest of the document; of one version the event whose evidence is right, then by id. */
function isLater(next: OutOfBandDocument, known: OutOfBandDocument): boolean {
  if (next.facts.recordedAt !== known.facts.recordedAt)
    return next.facts.recordedAt > known.facts.recordedAt;
  if (next.facts.sha256 !== known.facts.sha256) return next.facts.sha256 > known.facts.sha256;
  if (next.isProven !== known.isProven) return next.isProven;
  return next.eventId > known.eventId;
}
