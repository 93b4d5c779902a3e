import type { EntryKind, NewEntry } from "../model/entry.ts";
import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { streamsOf } from "../model/stream.ts";
import type { CorrelatorContext } from "./context.ts";
import { withDecision } from "./decide.ts";
import type { Decision, Settled } from "./decision.ts";
import { judgeFindings, recordFinding } from "./findings/judge-findings.ts";
import type { Finding } from "./findings/finding.ts";
import type { JudgedDocument } from "./ledger/kinds.ts";
import { recordEntry } from "./record.ts";
import { recordRevision } from "./revise/record-revision.ts";
import { revisionEvent } from "./revise/revision.ts";

/** The entries that one call makes, in the order of the journal. */
export interface Line {
  readonly entries: NewEntry[];
  /** Of the originals in them. */
  readonly sizeBytes: number;
  /** An event whose verdict is for good: at most its id is noted. On every event's path. */
  pass(event: AuditEvent): void;
  /** An event with its verdict, and what the verdict is found guilty of. */
  deliver(kind: Exclude<EntryKind, "held">, settled: Settled): void;
  hold(event: AuditEvent, facts: Facts): void;
  /** The revision of an event that was journaled, and what the new verdict is found guilty of. */
  revise(judged: JudgedDocument, decision: Decision): void;
  /** A finding by all its evidence; nothing where that is what was said of it last. */
  find(finding: Finding, cause: AuditEvent): void;
  /** Editions of findings whose evidence has changed since: `everything`, or what need not wait. */
  tellFindings(max: number, everything: boolean): void;
  /** An event of our own that is made once, such as a seal. */
  add(event: AuditEvent): void;
}

/** A line for one call; its entries are the call's. */
export function createLine(context: CorrelatorContext): Line {
  const entries: NewEntry[] = [];
  let sizeBytes = 0;

  function push(kind: EntryKind, event: AuditEvent): void {
    const entry = { kind, streams: streamsOf(event.labels), event };
    entries.push(entry);
    sizeBytes += event.original?.bytes.byteLength ?? 0;
    context.seals.note(entry);
    context.spoken.note(event);
    context.heartbeats?.note(entry);
  }

  function tell(editions: readonly AuditEvent[]): void {
    for (const edition of editions) {
      push("event", edition);
      recordFinding(context, edition);
    }
  }

  return {
    entries,
    get sizeBytes() {
      return sizeBytes;
    },
    pass: (event) => {
      push("event", event);
      context.passed.note(event);
    },
    deliver: (kind, { event: undecided, facts, decision }) => {
      const event = withDecision(undecided, decision, context.vendors);
      push(kind, event);
      const { principal, unseen } = decision;
      recordEntry(context, { kind, event, facts, principal, unseen });
      tell(judgeFindings(context, null, { event, facts, decision }));
    },
    hold: (event, facts) => {
      push("held", event);
      recordEntry(context, { kind: "held", event, facts, principal: null });
    },
    revise: (judged, decision) => {
      const revision = revisionEvent(judged, decision, context.vendors);
      push("event", revision);
      const event = recordRevision(context, revision, decision);
      if (event !== null)
        tell(judgeFindings(context, judged, { event, facts: judged.facts, decision }));
    },
    find: (finding, cause) => {
      const edition = context.findings.find(finding, cause);
      if (edition !== null) tell([edition]);
    },
    tellFindings: (max, everything) => tell(context.findings.due(max, everything)),
    add: (event) => push("event", event),
  };
}
