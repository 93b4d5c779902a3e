import { hash } from "node:crypto";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { FindingDocument } from "../ledger/kinds.ts";
import { type Finding, templateOf } from "./finding.ts";

/** Whether an edition says what the finding's evidence is now. */
export function isCurrent(document: FindingDocument): boolean {
  const { edition, isWithdrawn } = document;
  if (edition === null) return false;
  const { detail } = edition;
  if (detail === null || !("finding" in detail)) return false;
  const said = detail.finding;
  const isOpen = said.state === "open";
  if (isWithdrawn || !isOpen) return isWithdrawn && !isOpen;
  const { evidence, grants, subject } = contentOf(document);
  return (
    said.severity === severityOf(document) &&
    said.subject === subject &&
    isSameList(said.evidence, evidence) &&
    isSameList(said.grants, grants)
  );
}

/**
 * The next edition of a finding: its evidence grows, and is taken away by evidence that comes late. A withdrawn one keeps the evidence
 * of the edition before, since a finding without any says nothing. Its id is made of the first one's and its number, never of the clock.
 */
export function nextEdition(document: FindingDocument): AuditEvent {
  const { id, template, number, isWithdrawn, edition } = document;
  const last = edition?.detail ?? null;
  const before = last !== null && "finding" in last ? last.finding : null;
  const content = isWithdrawn && before !== null ? before : contentOf(document);
  const next = number + 1;
  return {
    ...template,
    id: next === 1 ? id : hash("sha256", JSON.stringify(["finding", id, next]), "hex"),
    original: null,
    detail: {
      finding: {
        rule: template.action.name,
        severity: isWithdrawn && before !== null ? before.severity : severityOf(document),
        evidence: content.evidence,
        grants: content.grants,
        subject: content.subject,
        number: next,
        firstId: next === 1 ? null : id,
        state: isWithdrawn ? "withdrawn" : "open",
      },
    },
  };
}

/**
 * By the time of the evidence, so that the order of arrival does not show; what is said as a whole as it is said. Whom it is about the
 * earliest event says, as it is judged now.
 */
function contentOf({ evidence, isWhole, subject }: FindingDocument): {
  readonly evidence: readonly string[];
  readonly grants: readonly string[];
  readonly subject: string | null;
} {
  const all = Object.entries(evidence);
  const rows = isWhole
    ? all
    : all.sort(([idA, a], [idB, b]) => (a.at === b.at ? (idA < idB ? -1 : 1) : a.at - b.at));
  const own = rows[0]?.[1].subject;
  return {
    evidence: rows.map(([id]) => id),
    grants: [...new Set(rows.flatMap(([, { grants }]) => grants))].sort(),
    subject: own === undefined ? subject : own,
  };
}

const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;

/** The worst of its evidence. */
function severityOf({ evidence }: FindingDocument): string {
  const levels = Object.values(evidence).map(({ severity }) => SEVERITIES.indexOf(severity));
  return SEVERITIES[Math.max(0, ...levels)] ?? "info";
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

/** The first edition of a finding that is said as a whole. */
export function firstEdition(finding: Finding, cause: AuditEvent): AuditEvent {
  const { severity, grants, subject } = finding;
  const template = templateOf(finding, cause);
  const row = { at: template.occurredAt, severity, grants, subject };
  const evidence = Object.fromEntries(finding.evidence.map((id) => [id, row]));
  const { id } = template;
  return nextEdition({
    id,
    template,
    subject,
    evidence,
    number: 0,
    isWhole: true,
    isWithdrawn: false,
    edition: null,
  });
}
