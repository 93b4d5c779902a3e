import type { JournalEntry } from "../model/entry.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { VENDOR_STREAM } from "../model/stream.ts";
import type { CorrelatorContext } from "./context.ts";
import { decide, principalOf } from "./decide.ts";
import { userOf } from "./decide-kubernetes.ts";
import { foldKubernetes, mayMakeCredential } from "./evidence/fold-kubernetes.ts";
import { foldTeleport } from "./evidence/fold.ts";
import { foldGrantSource } from "./evidence/grant-sources.ts";
import { foreignFinding, mayBeForeignFinding } from "./findings/foreign.ts";
import { judgeFindings, recordFinding, settledOf } from "./findings/judge-findings.ts";
import { recordEntry } from "./record.ts";
import { recordRevision } from "./revise/record-revision.ts";

/**
 * Notes a journal entry at the start as the live path did when it made it. Verdicts are read, never made again: the journaled one is
 * the one that counts.
 */
export function foldEntry(context: CorrelatorContext, entry: JournalEntry): void {
  const event = entry.event();
  if (event.detail !== null && "finding" in event.detail) {
    recordFinding(context, event);
    return;
  }
  if (event.detail !== null && "revision" in event.detail) {
    foldRevision(context, event, event.detail.revision.eventId);
    return;
  }
  foldForeign(context, entry, event);
  if (!isNoted(context, entry, event)) {
    context.passed.note(event);
    return;
  }
  const facts = context.factsOf(event);
  if (facts === null) {
    if (entry.kind === "released") context.holds.remove(event.id);
    context.passed.note(event);
    return;
  }
  // What a released event proves was folded when it was held; once more changes nothing.
  if (facts.dialect === "teleport") {
    foldTeleport(context, event, facts);
  } else if (facts.dialect === "kubernetes-audit") {
    foldKubernetes(context, event, facts);
  } else {
    foldGrantSource(context, event, facts);
  }
  const principal = principalOf(event, context.vendors);
  const { unseen } = decide(context, event, facts);
  recordEntry(context, { kind: entry.kind, event, facts, principal, unseen });
  if (entry.kind === "held") return;
  judgeFindings(context, null, settledOf({ event, facts, principal }));
}

/** A finding may stand without the edition that says its evidence: it is made when the line comes to it. */
function foldForeign(context: CorrelatorContext, { kind }: JournalEntry, event: AuditEvent): void {
  if (kind !== "event" || !mayBeForeignFinding(event, context.vendors)) return;
  const facts = context.factsOf(event);
  if (facts?.dialect !== "kubernetes-audit" || userOf(facts, context) !== null) return;
  const finding = foreignFinding(event, facts, context.vendors);
  if (finding !== null) context.findings.find(finding, event);
}

function foldRevision(context: CorrelatorContext, revision: AuditEvent, eventId: string): void {
  const judged = context.ledger.judged.get(eventId);
  if (judged === null) return;
  const principal = principalOf(revision, context.vendors);
  const { unseen } = decide(context, { ...judged.event, original: null }, judged.facts);
  const event = recordRevision(context, revision, { principal, unseen });
  const revised = context.ledger.judged.get(eventId);
  if (event !== null && revised !== null) judgeFindings(context, judged, settledOf(revised));
}

/** Spares the facts of what leaves no trace, which is most of the traffic. */
function isNoted(context: CorrelatorContext, entry: JournalEntry, event: AuditEvent): boolean {
  if (event.origin.kind !== "kubernetes-audit") return true;
  if (entry.kind !== "event" || entry.streams.includes(VENDOR_STREAM)) return true;
  if (context.bindings.mayBeDeletion(event) || mayMakeCredential(event)) return true;
  if (context.residue.mayNoteOthers(event)) return true;
  const name = event.actor.impersonator ?? event.actor.name;
  return name !== null && context.vendors.ofUser({ name, groups: [] }) !== null;
}
