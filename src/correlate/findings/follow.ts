import type { FindingEdition, FindingEvidence } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { EVIDENCE_MAX, type Evidence } from "./evidence.ts";

/**
 * The evidence of findings as their editions say it, where nothing else tells: of events that the ledger does not have, since it was made
 * again from a part of the journal, or was full. What it has is judged, and tells by itself.
 */
export interface FollowContext {
  readonly ledger: Pick<Ledger, "judged">;
  readonly evidence: Evidence;
}

/** Follows an edition that is journaled. `isNew`: nothing was known of the finding. */
export function followEdition(
  context: FollowContext,
  finding: string,
  { said, isNew }: { readonly said: FindingEdition; readonly isNew: boolean },
): void {
  const { ledger, evidence } = context;
  const rows = evidence.of(finding);
  restoreEvidence(context, finding, { said, isNew });
  const open = new Set(said.state === "open" ? said.evidence : []);
  // Of one that names as many as it may, others may have had to go.
  if (open.size >= EVIDENCE_MAX) return;
  for (const row of rows)
    if (!open.has(row.eventId) && ledger.judged.get(row.eventId) === null)
      evidence.remove(finding, row);
}

/** Puts back what the edition names and is not there any more, in its order. */
export function restoreEvidence(
  { ledger, evidence }: FollowContext,
  finding: string,
  { said, isNew }: { readonly said: FindingEdition; readonly isNew: boolean },
): void {
  if (said.state !== "open") return;
  const rows = evidence.of(finding);
  // What is missing waits behind these, as bad as it was: the edition does not tell how bad each of its events is.
  if (rows.length >= EVIDENCE_MAX) return;
  const times = new Map(rows.map(({ eventId, at }) => [eventId, at]));
  let last = said.at;
  for (const eventId of said.evidence) {
    const known = times.get(eventId);
    if (known !== undefined) {
      last = Math.max(last, known);
      continue;
    }
    const judged = ledger.judged.get(eventId);
    if (!isNew && judged !== null) continue;
    last = judged?.event.occurredAt ?? last + 1;
    evidence.add(finding, rowOf(said, eventId, last));
  }
}

/** What an edition says of one of its events, as far as it tells them apart. */
function rowOf(
  { severity, grants, subject }: FindingEdition,
  eventId: string,
  at: FindingEvidence["at"],
): FindingEvidence {
  return { eventId, at, severity, grants, subject };
}
