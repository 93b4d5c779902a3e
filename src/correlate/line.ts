import type { EntryKind, NewEntry } from "../model/entry.ts";
import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { streamsOf } from "../model/stream.ts";
import type { CorrelatorContext } from "./context.ts";
import { withDecision } from "./decide.ts";
import type { Decision, Settled } from "./decision.ts";
import { findingsOf } from "./findings/event-rules.ts";
import { type Finding, findingEvent } from "./findings/finding.ts";
import type { JudgedDocument } from "./ledger/kinds.ts";
import { recordEntry } from "./record.ts";
import { recordRevision } from "./revise/record-revision.ts";
import { revisionEvent } from "./revise/revision.ts";

/** The entries that one call makes, in the order of the journal. */
export interface Line {
  readonly entries: NewEntry[];
  /** An event whose verdict is for good: at most its id is noted. On every event's path. */
  pass(event: AuditEvent): void;
  /** An event with its verdict, and what the verdict is found guilty of. */
  deliver(kind: Exclude<EntryKind, "held">, settled: Settled): void;
  hold(event: AuditEvent, facts: Facts): void;
  /** The revision of an event that was journaled, and what the new verdict is found guilty of. */
  revise(judged: JudgedDocument, decision: Decision): void;
  /** A finding that was not made before. */
  find(finding: Finding, cause: AuditEvent): void;
  /** An event of our own that is made once, such as a seal. */
  add(event: AuditEvent): void;
}

/** A line for one call; its entries are the call's. */
export function createLine(context: CorrelatorContext): Line {
  const entries: NewEntry[] = [];

  function push(kind: EntryKind, event: AuditEvent): void {
    const entry = { kind, streams: streamsOf(event.labels), event };
    entries.push(entry);
    context.seals.note(entry);
  }

  function find(finding: Finding, cause: AuditEvent): void {
    const event = findingEvent(finding, cause);
    if (context.ledger.findings.get(event.id) !== null) return;
    context.ledger.findings.put(event.id, true);
    context.residue.noteFinding(event);
    push("event", event);
  }

  return {
    entries,
    pass: (event) => {
      push("event", event);
      context.passed.note(event);
    },
    deliver: (kind, { event: undecided, facts, decision }) => {
      const event = withDecision(undecided, decision);
      push(kind, event);
      recordEntry(context, { kind, event, facts, principal: decision.principal });
      for (const finding of findingsOf({ event, facts, decision }, context.vendors))
        find(finding, event);
    },
    hold: (event, facts) => {
      push("held", event);
      recordEntry(context, { kind: "held", event, facts, principal: null });
    },
    revise: (judged, decision) => {
      const revision = revisionEvent(judged, decision);
      push("event", revision);
      const event = recordRevision(context, revision, decision.principal);
      if (event === null) return;
      for (const finding of findingsOf({ event, facts: judged.facts, decision }, context.vendors))
        find(finding, event);
    },
    find,
    add: (event) => push("event", event),
  };
}
