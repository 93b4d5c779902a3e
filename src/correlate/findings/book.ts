import type { AuditEvent } from "../../model/generated/audit-event.ts";
import { keyOf } from "../ledger/key.ts";
import type { FindingContent, FindingDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { contentOf, isAsBad, isCurrent, nextEdition, saidIn, wholeContent } from "./edition.ts";
import { createDue, type Change } from "./due.ts";
import { createEvidence } from "./evidence.ts";
import { followEdition, restoreEvidence } from "./follow.ts";
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
  /**
   * Editions of findings that have changed since their last, or that nobody has said yet; some at a time. One that only grows waits for
   * a minute after its last edition, unless everything has to be said.
   */
  due(max: number, everything: boolean): readonly AuditEvent[];
  /** Editions that are to be said and need not wait any more. */
  readonly dueCount: number;
}

/**
 * Rules of which each edition says all evidence there is; of all others events are evidence one by one. Asked of editions whose
 * finding is not known.
 */
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

/** Findings that are remembered; what was said of one takes 70 KB at most. */
const RECENT_MAX = 100;

export function createFindingBook(ledger: Ledger, monotonicMs: () => number): FindingBook {
  const due = createDue(ledger, monotonicMs);
  const evidence = createEvidence(ledger);

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

  function put(document: FindingDocument): FindingDocument {
    remember(document);
    ledger.findings.put(document.id, document);
    return document;
  }

  /** What is to be said of it now; null where nothing is left of it. */
  function contentNow({ id, whole, said }: FindingDocument): FindingContent | null {
    if (whole !== null) return whole.evidence.length === 0 ? null : whole;
    if (said !== null) restoreEvidence({ ledger, evidence }, id, { said, isNew: false });
    return contentOf(evidence.of(id));
  }

  /** Whether there is anything to say is found out when it is said. */
  function hasChanged(document: FindingDocument, how: Change): AuditEvent | null {
    due.add(document.id, how);
    return document.said === null ? nextEdition(document, contentNow(document)) : null;
  }

  /** What nobody was told of is forgotten. */
  function takeBack({ id, said }: FindingDocument): void {
    if (said !== null) {
      due.add(id, "other");
      return;
    }
    due.remove(id);
    recent.delete(id);
    ledger.findings.remove(id);
  }

  function documentOf(finding: Finding, cause: AuditEvent): FindingDocument {
    const id = findingId(cause.organization, finding);
    return get(id) ?? { id, template: templateOf(finding, cause), whole: null, said: null };
  }

  return {
    accuse: (finding, event) => {
      const document = documentOf(finding, event);
      const { severity, grants, subject } = finding;
      const row = { eventId: event.id, at: event.occurredAt, severity, grants, subject };
      if (!evidence.add(document.id, row)) return null;
      if (get(document.id) === null) put(document);
      const { said } = document;
      return hasChanged(document, said !== null && isAsBad(severity, said) ? "growth" : "other");
    },
    clear: (finding, event) => {
      const id = findingId(event.organization, finding);
      const document = get(id);
      if (document === null) return;
      const isNamed = evidence.remove(id, { eventId: event.id, at: event.occurredAt });
      // The ledger may have let go of what was said.
      if (!isNamed && document.said?.evidence.includes(event.id) !== true) return;
      if (evidence.isEmpty(id)) takeBack(document);
      else due.add(id, "other");
    },
    find: (finding, cause) => {
      const known = documentOf(finding, cause);
      const isEarliest = EARLIEST_RULES.has(finding.rule);
      if (isEarliest && !isEarlier(cause, known)) return null;
      const template = isEarliest ? templateOf(finding, cause) : known.template;
      return hasChanged(put({ ...known, template, whole: wholeContent(finding) }), "other");
    },
    withdraw: (id) => {
      const document = get(id);
      if (document !== null) takeBack(put({ ...document, whole: NOTHING }));
    },
    record: (edition) => {
      const { detail, original: _, ...own } = edition;
      if (detail === null || !("finding" in detail)) return;
      const { finding } = detail;
      const id = finding.firstId ?? edition.id;
      const known = get(id);
      const said = saidIn(edition, finding);
      const isWhole = known === null ? WHOLE_RULES.has(finding.rule) : known.whole !== null;
      const isFirst = known === null || EARLIEST_RULES.has(finding.rule);
      const template = isFirst ? { ...own, id } : known.template;
      const whole = isWhole ? (said.state === "withdrawn" ? NOTHING : contentIn(said)) : null;
      if (!isWhole) followEdition({ ledger, evidence }, id, { said, isNew: known === null });
      const document = put({ id, template, whole, said });
      for (const grant of said.grants) ledger.findingsOfGrant.put(keyOf(grant, id), id);
      due.said(id);
      if (isCurrent(document, contentNow(document))) due.remove(id);
      else due.add(id, "growth");
    },
    due: (max, everything) =>
      due.take(max, everything).flatMap((id) => {
        const document = get(id);
        const content = document === null ? null : contentNow(document);
        const edition =
          document === null || isCurrent(document, content) ? null : nextEdition(document, content);
        if (edition === null) due.remove(id);
        return edition ?? [];
      }),
    get dueCount() {
      return due.count;
    },
  };
}

const NOTHING: FindingContent = { evidence: [], severity: "info", grants: [], subject: null };

function contentIn({ evidence, severity, grants, subject }: FindingContent): FindingContent {
  return { evidence, severity, grants, subject };
}

/** Than what is the evidence so far. */
function isEarlier(cause: AuditEvent, { template, whole }: FindingDocument): boolean {
  const known = whole?.evidence[0];
  if (known === undefined || cause.occurredAt < template.occurredAt) return true;
  return cause.occurredAt === template.occurredAt && cause.id < known;
}
