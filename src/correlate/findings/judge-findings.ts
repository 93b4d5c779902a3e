import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Settled } from "../decision.ts";
import type { Vendors } from "../identity/vendors.ts";
import type { JudgedDocument } from "../ledger/kinds.ts";
import type { Residue } from "../residue/residue.ts";
import type { FindingBook } from "./book.ts";
import { findingsOf } from "./event-rules.ts";
import { findingId } from "./finding.ts";
import type { DueSubjects } from "./subjects/due.ts";
import { ledgerFindings, type LedgerRulesContext } from "./ledger-rules.ts";

/** What noting findings needs of the correlator. */
export interface FindingContext extends LedgerRulesContext {
  readonly findings: FindingBook;
  readonly vendors: Vendors;
  readonly residue: Residue;
  readonly subjects: Pick<DueSubjects, "touch">;
}

/**
 * What an event's verdict is found guilty of: it is evidence of those findings, and of none any more that only the verdict before it
 * (null where it is the first) was found guilty of. Returns the first editions of those that nobody has said yet.
 */
export function judgeFindings(
  context: FindingContext,
  before: JudgedDocument | null,
  settled: Settled,
): readonly AuditEvent[] {
  const { findings, vendors } = context;
  const { event } = settled;
  const { found, possible } = ledgerFindings(context, settled);
  const now = [...findingsOf(settled, vendors), ...found];
  touchSubjects(context, before, settled);
  const ids = new Set(now.map((finding) => findingId(event.organization, finding)));
  if (before !== null) {
    const was = settledOf(before);
    const may = [
      ...findingsOf(was, vendors),
      ...ledgerFindings(context, was).possible,
      ...possible,
    ];
    for (const finding of may)
      if (!ids.has(findingId(event.organization, finding))) findings.clear(finding, event);
  }
  return now.map((finding) => findings.accuse(finding, event)).filter((first) => first !== null);
}

/**
 * Grants that were unused and are not, or the reverse; a session whose record is judged, or judged again: of it another grant is said, or
 * its end must have come at another time. It may have been looked at while the record was held, and its grant come since.
 */
function touchSubjects(
  { ledger, subjects }: FindingContext,
  before: JudgedDocument | null,
  { event, facts, decision }: Settled,
): void {
  const grants = before?.event.verdict.grants ?? [];
  for (const id of decision.verdict.grants) {
    const unused = findingId(event.organization, { rule: "grant-unused", identity: [id] });
    if (!grants.includes(id) && ledger.findings.get(unused) !== null) subjects.touch("grant", id);
  }
  for (const id of grants) if (!decision.verdict.grants.includes(id)) subjects.touch("grant", id);
  if (facts.dialect !== "teleport" || facts.sessionId === null) return;
  if (facts.event.startsWith("session.")) subjects.touch("session", facts.sessionId);
}

/** A judged event with the verdict that it has. One that was a vendor's keeps its label, so that it stays in its streams. */
export function settledOf(judged: Pick<JudgedDocument, "event" | "facts" | "principal">): Settled {
  const { event, facts, principal } = judged;
  const { verdict, labels } = event;
  const vendor = verdict.coverage === "not-vendor" ? null : (labels["vendor"] ?? null);
  const decision = { vendor, principal, verdict, isSettled: true };
  return { event: { ...event, original: null }, facts, decision };
}

/** Notes an edition that is journaled. */
export function recordFinding(context: FindingContext, edition: AuditEvent): void {
  context.findings.record(edition);
  context.residue.noteFinding(edition);
}
