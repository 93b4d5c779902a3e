import { isSameList } from "../same-list.ts";
import type { Verdict } from "../../model/generated/audit-event.ts";
import type { CorrelatorContext } from "../context.ts";
import { decide } from "../decide.ts";
import { judgeFindings } from "../findings/judge-findings.ts";
import type { Line } from "../line.ts";
import { keepJudged } from "./judged.ts";

/**
 * Judges again what evidence has come for, and revises what it changes (H3): at most so many events. One revision may change what others
 * are judged by. Returns how many it was.
 */
export function reviewDue(context: CorrelatorContext, line: Line, max: number): number {
  let left = max;
  while (left > 0 && context.reviews.count > 0) {
    const ids = context.reviews.take(left);
    left -= ids.length;
    for (const id of ids) review(context, line, id);
  }
  return max - left;
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
