import type { Micros } from "../../model/time.ts";
import type { Facts } from "../../model/facts.ts";
import { UNRESOLVED } from "../../model/verdict.ts";
import type { Watermarks } from "../../ports/correlator.ts";
import type { CorrelatorContext } from "../context.ts";
import { decide } from "../decide.ts";
import type { Line } from "../line.ts";
import { waitOf } from "./wait.ts";

/** Releases what the evidence of this call has settled; it may settle more in turn: the stages of a request wait for one another. */
export function releaseArrived(context: CorrelatorContext, line: Line): void {
  const { arrivals, holds } = context;
  while (arrivals.size > 0) {
    const ids = holds.waitingFor(arrivals.take());
    // What does not go now goes when its wait is over.
    for (const id of ids)
      if (line.sizeBytes < RELEASE_BYTES_MAX) release(context, id, { line, isForced: false });
  }
}

/** Releases what has waited long enough (H1): the watermark has passed it, or it is old, or the input is over. */
export function releaseDue(context: CorrelatorContext, line: Line, idleMs: number): void {
  const { holds, policy, watermarks } = context;
  const isOld = (heldAtMs: number): boolean => idleMs - heldAtMs >= policy.hold.holdForMs;
  const ids = isInputOver(watermarks) ? holds.all() : holds.due(watermarks.evidence, isOld);
  // A later stage goes before the RequestReceived that takes its verdict, whatever came first.
  const waiting: string[] = [];
  let released = 0;
  for (const id of ids) {
    if (released === RELEASES_MAX || line.sizeBytes >= RELEASE_BYTES_MAX) return;
    if (release(context, id, { line, isForced: false })) released++;
    else waiting.push(id);
  }
  releaseArrived(context, line);
  for (const id of waiting.slice(0, RELEASES_MAX)) {
    if (line.sizeBytes >= RELEASE_BYTES_MAX) return;
    release(context, id, { line, isForced: true });
  }
}

/** Events that one call lets go by their time; the rest waits for the next, so that no call holds all of them in memory twice. */
const RELEASES_MAX = 5_000;
/**
 * Bytes after which a call lets nothing more go. The ledger follows when all entries of a call are durable: a call that fills the
 * journal would wait for room that only the ledger's progress could give.
 */
const RELEASE_BYTES_MAX = 4 * 1024 * 1024;

/** Lets the oldest go where more wait than may. */
export function makeRoom(context: CorrelatorContext, line: Line): void {
  const { holds, policy, log } = context;
  const { heldEventsMax } = policy.hold;
  if (holds.count <= heldEventsMax) return;
  log.warn({ heldEventsMax }, "Too many events wait for evidence");
  for (const id of holds.all().slice(0, holds.count - heldEventsMax))
    release(context, id, { line, isForced: true });
}

/** Whether the watermark of all evidence has passed the event. */
export function isWaitOver(context: CorrelatorContext, facts: Facts): boolean {
  const { until } = waitOf(facts, context);
  return until !== null && isPast(until, context.watermarks);
}

/** A record of the very same time may still come. */
function isPast(until: Micros, watermarks: Watermarks): boolean {
  return until < watermarks.evidence;
}

/** Nothing will come any more that a held event could wait for. */
export function isInputOver(watermarks: Watermarks): boolean {
  return watermarks.hasEnded ?? (watermarks.evidence === Infinity && watermarks.isEvidenceIdle);
}

/** Decides again, and releases where that settles it or must do; false where it goes on waiting. */
function release(
  context: CorrelatorContext,
  id: string,
  { line, isForced }: { readonly line: Line; readonly isForced: boolean },
): boolean {
  const { holds } = context;
  const event = holds.event(id);
  if (event === null) {
    context.log.error({ event: id }, "Cannot find a held event in the ledger: it has no verdict");
    holds.remove(id);
    return true;
  }
  const facts = context.factsOf(event);
  if (facts === null) {
    context.log.warn({ event: id }, "Cannot read a held event again: its verdict is unresolved");
    holds.remove(id);
    line.pass({ ...event, verdict: UNRESOLVED });
    return true;
  }
  const decision = decide(context, event, facts);
  if (!decision.isSettled && !isForced && !isWaitOver(context, facts)) return false;
  line.deliver("released", { event, facts, decision });
  return true;
}
