import { hash } from "node:crypto";
import { isSameList } from "../same-list.ts";
import type { AuditEvent, FindingDetail } from "../../model/generated/audit-event.ts";
import type {
  FindingContent,
  FindingDocument,
  FindingEdition,
  FindingEvidence,
} from "../ledger/kinds.ts";
import { EVIDENCE_MAX } from "./evidence.ts";
import { isBefore } from "./further.ts";
import { type Finding, templateOf } from "./finding.ts";
import { levelOf, severityAt, severityNamed } from "../../model/finding-severity.ts";

/** Whether the last edition says what is to be said now: `content`, or that nothing is left of it where that is null. */
export function isCurrent({ said }: FindingDocument, content: FindingContent | null): boolean {
  if (said === null) return false;
  if (content === null || said.state === "withdrawn")
    return content === null && said.state === "withdrawn";
  return (
    said.severity === content.severity &&
    said.subject === content.subject &&
    isSameList(said.evidence, content.evidence) &&
    isSameList(said.grants, content.grants)
  );
}

/**
 * The next edition of a finding: its evidence grows, and is taken away by evidence that comes late (`content` is null). A withdrawn
 * one keeps the evidence of the edition before, since a finding without any says nothing; null where there is no edition before.
 */
export function nextEdition(
  document: FindingDocument,
  content: FindingContent | null,
): AuditEvent | null {
  if (content !== null) return editionOf(document, content, "open");
  return document.said === null ? null : editionOf(document, document.said, "withdrawn");
}

/** Its id is made of the first one's and its number, never of the clock. */
function editionOf(
  { id, template, said }: Omit<FindingDocument, "whole">,
  { severity, evidence, grants, subject }: FindingContent,
  state: FindingEdition["state"],
): AuditEvent {
  const rule = template.action.name;
  const number = (said?.number ?? 0) + 1;
  const isFirst = number === 1;
  const firstId = isFirst ? null : id;
  return {
    ...template,
    id: isFirst ? id : hash("sha256", JSON.stringify(["finding", id, number]), "hex"),
    original: null,
    detail: { finding: { rule, severity, evidence, grants, subject, number, firstId, state } },
  };
}

/** The first edition of a finding that is said as a whole. */
export function firstEdition(finding: Finding, cause: AuditEvent): AuditEvent {
  const template = templateOf(finding, cause);
  return editionOf({ id: template.id, template, said: null }, wholeContent(finding), "open");
}

/** What an edition says, as the ledger keeps it. */
export function saidIn({ occurredAt }: AuditEvent, finding: FindingDetail): FindingEdition {
  const { number, state, severity, evidence, grants, subject } = finding;
  return {
    number,
    state: state === "withdrawn" ? "withdrawn" : "open",
    at: occurredAt,
    severity: severityNamed(severity),
    evidence,
    grants,
    subject,
  };
}

/** Whether an edition says of the finding that it is as bad as this. */
export function isAsBad(severity: FindingContent["severity"], said: FindingEdition): boolean {
  return said.state === "open" && levelOf(severity) <= levelOf(said.severity);
}

/**
 * What events come to that are evidence one by one; null for none. The worst of them tells its severity, and whom it is about the
 * earliest, as it is judged now.
 */
export function contentOf(rows: readonly FindingEvidence[]): FindingContent | null {
  const inOrder = rows.toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
  const [earliest] = inOrder;
  if (earliest === undefined) return null;
  return {
    evidence: inOrder.map(({ eventId }) => eventId),
    severity: severityAt(Math.max(...rows.map((row) => levelOf(row.severity)))),
    grants: distinct(rows.flatMap(({ grants }) => grants)),
    subject: earliest.subject,
  };
}

/** What a finding says whose evidence is said as a whole. */
export function wholeContent({ evidence, severity, grants, subject }: Finding): FindingContent {
  const kept = [...new Set(evidence)].slice(0, EVIDENCE_MAX);
  return { evidence: kept, severity, grants: distinct(grants), subject };
}

function distinct(grants: readonly string[]): readonly string[] {
  return [...new Set(grants)].sort();
}
