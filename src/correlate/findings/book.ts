import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { FindingDocument, FindingEvidence } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { EVIDENCE_MAX, withRow, type Evidence } from "./evidence.ts";
import { isCurrent, nextEdition } from "./edition.ts";
import { type Finding, findingId, templateOf } from "./finding.ts";

/** All findings, and which of them have to be said, or said anew (verdicts §6). */
export interface FindingBook {
  /** Adds an event to a finding's evidence; gives the finding's first edition where nobody has said it yet. */
  accuse(finding: Finding, event: AuditEvent): AuditEvent | null;
  /** Takes an event out of it. */
  clear(finding: Pick<Finding, "rule" | "identity">, event: AuditEvent): void;
  /** Says what a finding's evidence is, all of it (WHOLE_RULES); gives its first edition where nobody has said it yet. */
  find(finding: Finding, cause: AuditEvent): AuditEvent | null;
  /** By the first edition's id. */
  withdraw(id: string): void;
  /** An edition that is journaled. */
  record(edition: AuditEvent): void;
  /** Editions of findings that have changed since their last, or that nobody has said yet; some at a time. */
  due(max: number): readonly AuditEvent[];
  /** Editions that are to be said. */
  readonly dueCount: number;
}

/** Rules of which each edition says all evidence there is; of all others events are evidence one by one. */
const WHOLE_RULES: ReadonlySet<string> = new Set([
  "residue-at-grant-end",
  "self-approval",
  "approver-not-authorized",
  "credential-outlives-grant",
  "grant-unused",
  "session-without-recording",
  "session-without-end",
  "origin-silent",
  "event-id-reused",
  "vendor-name-impersonated",
  "authentication-failed",
]);

/** Of these the earliest event is the evidence: they are about events that are not kept, and say nothing more for each of them. */
const EARLIEST_RULES: ReadonlySet<string> = new Set([
  "vendor-name-impersonated",
  "authentication-failed",
]);

/** Findings that are remembered; each takes 100 KB at most. */
const RECENT_MAX = 100;

export function createFindingBook(ledger: Ledger): FindingBook {
  const due = new Set(ledger.findingsDue.all().map(([id]) => id));

  /** Findings that were asked for lately: somebody busy is accused of the same one event after event. */
  const recent = new Map<string, FindingDocument>();

  function get(id: string): FindingDocument | null {
    const known = recent.get(id);
    if (known !== undefined) return known;
    const stored = ledger.findings.get(id);
    if (stored !== null) remember(stored);
    return stored;
  }

  function remember(document: FindingDocument): void {
    if (recent.size >= RECENT_MAX) recent.clear();
    recent.set(document.id, document);
  }

  /** `isGrown` where evidence was added to one that is due already: it stays so, and need not be compared with what was said. */
  function put(document: FindingDocument, isGrown = false): void {
    const { id } = document;
    remember(document);
    ledger.findings.put(id, document);
    if (isGrown && due.has(id)) return;
    const isDue = !isCurrent(document);
    if (isDue === due.has(id)) return;
    if (!isDue) {
      forget(id);
      return;
    }
    due.add(id);
    ledger.findingsDue.put(id, true);
  }

  function firstOf(document: FindingDocument): AuditEvent | null {
    put(document, true);
    return document.edition === null ? nextEdition(document) : null;
  }

  /** What nobody was told of is forgotten. */
  function takeBack(document: FindingDocument): void {
    if (!document.isWithdrawn || document.edition !== null) {
      put(document);
      return;
    }
    forget(document.id);
    recent.delete(document.id);
    ledger.findings.remove(document.id);
  }

  function forget(id: string): void {
    due.delete(id);
    ledger.findingsDue.remove(id);
  }

  function documentOf(finding: Finding, cause: AuditEvent): FindingDocument {
    const id = findingId(cause.organization, finding);
    const known = get(id);
    if (known !== null) return known;
    return {
      id,
      template: templateOf(finding, cause),
      subject: finding.subject,
      isWhole: WHOLE_RULES.has(finding.rule),
      number: 0,
      evidence: {},
      isWithdrawn: false,
      edition: null,
    };
  }

  return {
    accuse: (finding, event) => {
      const document = documentOf(finding, event);
      const { severity, grants, subject } = finding;
      const row: FindingEvidence = { at: event.occurredAt, severity, grants, subject };
      if (isSameRow(document.evidence[event.id], row)) return null;
      const evidence = withRow(document.evidence, event.id, row);
      return evidence === null ? null : firstOf({ ...document, evidence, isWithdrawn: false });
    },
    clear: (finding, event) => {
      const id = findingId(event.organization, finding);
      const document = get(id);
      if (document?.evidence[event.id] === undefined) return;
      const { [event.id]: _, ...evidence } = document.evidence;
      takeBack({ ...document, evidence, isWithdrawn: Object.keys(evidence).length === 0 });
    },
    find: (finding, cause) => {
      const { severity, grants, rule, subject } = finding;
      const known = documentOf(finding, cause);
      const isEarliest = EARLIEST_RULES.has(rule);
      if (isEarliest && !isEarlier(cause, known)) return null;
      const document = isEarliest ? { ...known, template: templateOf(finding, cause) } : known;
      const { template } = document;
      const row: FindingEvidence = { at: template.occurredAt, severity, grants, subject };
      const evidence = wholeEvidence(finding.evidence, row);
      return firstOf({ ...document, evidence, isWithdrawn: false });
    },
    withdraw: (id) => {
      const document = get(id);
      if (document !== null) takeBack({ ...document, evidence: {}, isWithdrawn: true });
    },
    record: (edition) => {
      const { detail } = edition;
      if (detail === null || !("finding" in detail)) return;
      const { number, firstId, state, subject, severity, grants, rule } = detail.finding;
      const id = firstId ?? edition.id;
      const known = get(id);
      if (known !== null && !known.isWhole) {
        put({ ...known, number, edition });
        return;
      }
      const { detail: _, original: __, ...template } = edition;
      const isWithdrawn = state === "withdrawn";
      const row = {
        at: edition.occurredAt,
        severity: severity as Finding["severity"],
        grants,
        subject,
      };
      const evidence = isWithdrawn ? {} : wholeEvidence(detail.finding.evidence, row);
      const own = { ...template, id };
      const first = EARLIEST_RULES.has(rule) ? own : (known?.template ?? own);
      const isWhole = WHOLE_RULES.has(rule);
      put({ id, template: first, subject, isWhole, number, evidence, isWithdrawn, edition });
    },
    due: (max) =>
      [...due].slice(0, max).flatMap((id) => {
        const document = get(id);
        if (document === null || isCurrent(document)) {
          forget(id);
          return [];
        }
        return nextEdition(document);
      }),
    get dueCount() {
      return due.size;
    },
  };
}

function wholeEvidence(ids: readonly string[], row: FindingEvidence): Evidence {
  return Object.fromEntries(ids.slice(0, EVIDENCE_MAX).map((id) => [id, row]));
}

function isSameRow(a: FindingEvidence | undefined, b: FindingEvidence): boolean {
  return (
    a !== undefined &&
    a.at === b.at &&
    a.severity === b.severity &&
    a.subject === b.subject &&
    a.grants.length === b.grants.length &&
    a.grants.every((grant, index) => grant === b.grants[index])
  );
}

/** Than what is the evidence so far. */
function isEarlier(cause: AuditEvent, { template, evidence }: FindingDocument): boolean {
  const [known] = Object.keys(evidence);
  if (known === undefined || cause.occurredAt < template.occurredAt) return true;
  return cause.occurredAt === template.occurredAt && cause.id < known;
}
