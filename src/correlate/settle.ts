import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { NormalizedEvent } from "../model/normalization.ts";
import type { CorrelatorContext } from "./context.ts";
import { decide, withDecision } from "./decide.ts";
import { decideForeign, userOf } from "./decide-kubernetes.ts";
import type { Decision } from "./decision.ts";
import { foldGrantSource } from "./evidence/grant-sources.ts";
import { foreignFinding } from "./findings/foreign.ts";
import { isWaitOver, makeRoom } from "./hold/release.ts";
import { answerApiRequest } from "./evidence/api-requests.ts";
import { foldKubernetes } from "./evidence/fold-kubernetes.ts";
import type { Line } from "./line.ts";

/** A vendor's, or Teleport's: decided, noted, perhaps held. */
interface Settling {
  readonly facts: Facts;
  /** Null for what takes the verdict of another event of its batch: a RequestReceived (W8), the use of a credential (M3). */
  readonly decision: Decision | null;
}

/**
 * Decides or holds every event of a batch, in its order. Returns how many of them are journaled already.
 *
 * A first walk decides all but RequestReceived, so that the second one, which makes the entries, finds the verdict of a request whose
 * stages are in one batch (W8).
 */
export function settleAll(
  context: CorrelatorContext,
  batch: readonly NormalizedEvent[],
  line: Line,
): number {
  for (const { event, facts } of batch) foldFirst(context, event, facts);
  const decided = batch.map((normalized) => decideFirst(context, normalized));
  let duplicates = 0;
  let index = 0;
  for (const { event, facts: own } of batch) {
    const settling = decided[index++] ?? null;
    if (settling === null || "verdict" in settling) {
      if (context.passed.has(event)) {
        duplicates++;
        continue;
      }
      line.pass(settling === null ? event : withDecision(event, settling, context.vendors));
      if (own?.dialect === "kubernetes-audit") context.residue.noteOthers(event, own);
      const finding = foreignFinding(event, own, context.vendors);
      if (finding !== null) line.find(finding, event);
    } else if (isKnownAlready(context, event, settling.facts)) {
      duplicates++;
    } else {
      const { facts } = settling;
      const decision = settling.decision ?? decide(context, event, facts);
      if (decision.isSettled || isWaitOver(context, facts)) {
        line.deliver("event", { event, facts, decision });
      } else {
        line.hold(event, facts);
        makeRoom(context, line);
      }
    }
  }
  return duplicates;
}

/** Null for what correlation does not look at; a bare decision for what is nobody's, which is most of the traffic. */
function decideFirst(
  context: CorrelatorContext,
  { event, facts }: NormalizedEvent,
): Settling | Decision | null {
  if (facts === null) return null;
  if (facts.dialect !== "kubernetes-audit")
    return { facts, decision: decide(context, event, facts) };
  const known = userOf(facts, context);
  if (known === null) return decideForeign(facts);
  if (facts.stage === "RequestReceived" || known.kind === "credential")
    return { facts, decision: null };
  const decision = decide(context, event, facts);
  if (decision.isSettled || isWaitOver(context, facts))
    answerApiRequest(context, facts, decision.verdict);
  return { facts, decision };
}

/**
 * What the batch proves is known before any event of it is decided: an API server's log is out of order by milliseconds. Teleport's
 * records are in the ledger already: `admitAll`.
 */
function foldFirst(context: CorrelatorContext, event: AuditEvent, facts: Facts | null): void {
  if (facts === null || facts.dialect === "teleport") return;
  if (facts.dialect !== "kubernetes-audit") {
    foldGrantSource(context, event, facts);
    return;
  }
  foldKubernetes(context, event, facts);
}

/** Teleport's were left out before: `admitAll`. */
function isKnownAlready(context: CorrelatorContext, event: AuditEvent, facts: Facts): boolean {
  if (facts.dialect === "teleport") return false;
  // Under another policy it may have been nobody's.
  return context.ledger.seen.get(event.id) !== null || context.passed.has(event);
}
