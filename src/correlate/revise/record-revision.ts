import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Decision } from "../decision.ts";
import { answerApiRequest } from "../evidence/api-requests.ts";
import type { RecordContext } from "../record.ts";
import { keepJudged } from "./judged.ts";

/**
 * Notes a revision that is journaled, on the live path and at the start alike. Returns the event as it stands from now on; null where
 * it is not kept any more.
 */
export function recordRevision(
  context: RecordContext,
  revision: AuditEvent,
  { principal, unseen }: Pick<Decision, "principal" | "unseen">,
): AuditEvent | null {
  const { detail, labels, verdict } = revision;
  if (detail === null || !("revision" in detail)) return null;
  const { eventId, number } = detail.revision;
  const judged = context.ledger.judged.get(eventId);
  if (judged === null) return null;
  const { facts } = judged;
  const event = { ...judged.event, labels, verdict, original: null };
  if (facts.dialect === "kubernetes-audit") answerApiRequest(context, facts, verdict);
  keepJudged(context, { event, facts, principal, unseen, number });
  if (facts.dialect === "kubernetes-audit") context.residue.noteJudged(event, facts);
  return event;
}
