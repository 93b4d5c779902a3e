import type { FindingEdition, FindingEvidence } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { EVIDENCE_MAX, type Evidence } from "./evidence.ts";

/**
 * Keeps the evidence of a finding as its edition says it, where nothing else tells: of events that the ledger does not have, since it was
 * made again from a part of the journal. What it has is judged, and tells by itself. `isNew`: nothing was known of the finding.
 */
export function followEdition(
  { ledger, evidence }: { readonly ledger: Pick<Ledger, "judged">; readonly evidence: Evidence },
  finding: string,
  { said, isNew }: { readonly said: FindingEdition; readonly isNew: boolean },
): void {
  const open = new Set(said.state === "open" ? said.evidence : []);
  const known = new Map(evidence.of(finding).map((row) => [row.eventId, row]));
  for (const eventId of open) {
    if (known.has(eventId)) continue;
    const judged = ledger.judged.get(eventId);
    if (isNew || judged === null)
      evidence.add(finding, rowOf(said, eventId, judged?.event.occurredAt ?? said.at));
  }
  // Of one that names as many as it may, others may have had to go.
  if (open.size >= EVIDENCE_MAX) return;
  for (const [eventId, row] of known)
    if (!open.has(eventId) && ledger.judged.get(eventId) === null) evidence.remove(finding, row);
}

/** What an edition says of one of its events, as far as it tells them apart. */
function rowOf(
  { severity, grants, subject }: FindingEdition,
  eventId: string,
  at: FindingEvidence["at"],
): FindingEvidence {
  return { eventId, at, severity, grants, subject };
}
