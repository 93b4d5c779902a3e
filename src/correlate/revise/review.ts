import type { Verdict } from "../../model/generated/audit-event.ts";
import type { CorrelatorContext } from "../context.ts";
import { decide } from "../decide.ts";
import { judgeFindings } from "../findings/judge-findings.ts";
import type { Line } from "../line.ts";
import { keepJudged } from "./judged.ts";

/** Events that one call judges again; the rest waits for the next, so that one record cannot hold up the line. */
const REVIEWS_MAX = 250;

/** Judges again what evidence has come for, and revises what it changes (H3). One revision may change what others are judged by. */
export function reviewDue(context: CorrelatorContext, line: Line): void {
  let left = REVIEWS_MAX;
  while (left > 0 && context.reviews.count > 0) {
    const ids = context.reviews.take(left);
    left -= ids.length;
    for (const id of ids) review(context, line, id);
  }
}

function review(context: CorrelatorContext, line: Line, id: string): void {
  const judged = context.ledger.judged.get(id);
  if (judged === null) return;
  const event = { ...judged.event, original: null };
  const { facts, number } = judged;
  const decision = decide(context, event, facts);
  if (!isSame(decision.verdict, event.verdict)) line.revise(judged, decision);
  else {
    if (
      decision.principal !== judged.principal ||
      !isSameList(decision.unseen ?? [], judged.unseen ?? [])
    )
      keepJudged(context, {
        event,
        facts,
        number,
        principal: decision.principal,
        unseen: decision.unseen,
      });
    // What was done may have outlived a grant whose end is another by now.
    judgeFindings(context, judged, { event, facts, decision });
  }
}

function isSame(a: Verdict, b: Verdict): boolean {
  return (
    a.coverage === b.coverage &&
    a.method === b.method &&
    a.skewMs === b.skewMs &&
    isSameList(a.grants, b.grants) &&
    isSameList(a.related, b.related)
  );
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
