import type { JournalEntry } from "../model/entry.ts";
import type { RestCause } from "../ports/quarantine.ts";
import type { Answer, Ask } from "./persistence.ts";
import { isRefusal } from "./probe.ts";
import type { Rest, Resting } from "./rest.ts";

/**
 * Settles a batch: every entry is delivered or rests durably. True when all of it is; false where it was stopped before.
 * Deliveries follow the order of the entries.
 */
export type Settle = (entries: readonly JournalEntry[], stop: AbortSignal) => Promise<boolean>;

export interface SettleOptions {
  readonly pipeline: string;
  readonly ask: Ask;
  /** Asks an endpoint that was found to refuse everything: a refusal is a pause. */
  readonly probe: Ask;
  readonly rest: Rest;
  readonly cleanMin: number;
  readonly refusedInRowMax: number;
  /** Waited for after each delivery, before anything else: false where it was stopped before. */
  readonly onDelivered?: (entries: Part, stop: AbortSignal) => Promise<boolean>;
  /** So many more entries at the front of the batch are settled. */
  readonly onSettled: (count: { readonly delivered: number; readonly quarantined: number }) => void;
  /** A part of several entries with this size was too large. */
  readonly onTooLarge: (sizeBytes: number) => void;
}

type Part = readonly JournalEntry[];
type Singled = Extract<Answer, { readonly status: "tooLarge" | "refused" }>;
type Partial = Extract<Answer, { readonly status: "partlyRefused" }>;

/** What of a batch is not settled yet. */
interface Open {
  /** Parts to be asked for, the next one on top. */
  readonly parts: Part[];
  /** Single events that were refused, and nothing was taken since. They come before all parts. */
  readonly waiting: Resting[];
  readonly stop: AbortSignal;
}

/**
 * Works through a stack of parts:
 *
 * - a part that has no answer after many attempts is halved: it may be its size that is in the way;
 * - a part that is refused or too large is halved down to the single event, which then waits to rest;
 * - what waits comes to rest when something else is taken, or at the batch's end;
 * - when `refusedInRowMax` single events in a row were refused, the endpoint is at fault. What waits goes back on the stack, and the
 *   first of it is the probe that is made until it is taken: no event rests for a fault that is not its own;
 * - a partial refusal that names no events puts the whole part to rest as suspect: sending it again would make duplicates of those
 *   that were taken. Single events follow until `cleanMin` were taken, so that the next refusal names its event.
 */
export function createSettle(options: SettleOptions): Settle {
  const { ask, probe, rest, cleanMin, refusedInRowMax, onSettled, onTooLarge } = options;
  let singlesLeft = 0;
  let refusedInRow = 0;

  async function settleWaiting({ waiting, stop }: Open): Promise<boolean> {
    if (waiting.length === 0) return true;
    if (!(await rest(waiting, stop))) return false;
    onSettled({ delivered: 0, quarantined: waiting.length });
    waiting.length = 0;
    return true;
  }

  async function settleTaken(part: Part, answer: Answer, open: Open): Promise<boolean> {
    refusedInRow = 0;
    if (!(await settleWaiting(open))) return false;
    const resting =
      answer.status === "partlyRefused" ? refusedOf(part, answer, options.pipeline) : [];
    const delivered = without(part, resting);
    if (options.onDelivered !== undefined && !(await options.onDelivered(delivered, open.stop)))
      return false;
    if (resting.length > 0 && !(await rest(resting, open.stop))) return false;
    if (answer.status === "partlyRefused" && !("refused" in answer)) singlesLeft = cleanMin;
    else if (singlesLeft > 0) singlesLeft--;
    onSettled({ delivered: delivered.length, quarantined: resting.length });
    return true;
  }

  function split(part: Part, answer: Singled, open: Open): void {
    const [first] = part;
    if (part.length > 1 || first === undefined) {
      if (answer.status === "tooLarge") onTooLarge(sizeOf(part));
      open.parts.push(...halves(part));
      return;
    }
    open.waiting.push({ entry: first, cause: causeOf(answer) });
    if (singlesLeft > 0) singlesLeft = cleanMin;
    if (!isRefusal(answer) || ++refusedInRow < refusedInRowMax) return;
    open.parts.push(...open.waiting.toReversed().map(({ entry }) => [entry]));
    open.waiting.length = 0;
  }

  return async (entries, stop) => {
    const open: Open = { parts: entries.length === 0 ? [] : [entries], waiting: [], stop };
    for (let top = open.parts.pop(); top !== undefined; top = open.parts.pop()) {
      const part = singlesLeft > 0 ? top.slice(0, 1) : top;
      if (part.length < top.length) open.parts.push(top.slice(1));
      const answer = await (refusedInRow < refusedInRowMax ? ask : probe)(part, stop);
      if (answer === null) return false;
      if (answer.status === "unanswered") {
        open.parts.push(...halves(part));
        continue;
      }
      if (answer.status === "tooLarge" || answer.status === "refused") split(part, answer, open);
      else if (!(await settleTaken(part, answer, open))) return false;
    }
    return settleWaiting(open);
  };
}

function without(part: Part, resting: readonly Resting[]): Part {
  if (resting.length === 0) return part;
  const left = new Set(resting.map(({ entry }) => entry));
  return part.filter((entry) => !left.has(entry));
}

/** The later half first: it goes under the earlier one. */
function halves(part: Part): readonly Part[] {
  const middle = Math.ceil(part.length / 2);
  return [part.slice(middle), part.slice(0, middle)];
}

function causeOf({ status, cause }: Singled): RestCause {
  return { code: status === "refused" ? "refused" : "too-large", cause, requestId: null };
}

function refusedOf(part: Part, answer: Partial, pipeline: string): readonly Resting[] {
  return "refused" in answer ? named(part, answer) : suspects(part, answer, pipeline);
}

function named(
  part: Part,
  answer: Extract<Partial, { readonly refused: unknown }>,
): readonly Resting[] {
  return answer.refused
    .toSorted((a, b) => a.index - b.index)
    .flatMap(({ index, cause }) => {
      const entry = part[index];
      return entry === undefined
        ? []
        : [{ entry, cause: { code: "refused", cause, requestId: null } as const }];
    });
}

function suspects(
  part: Part,
  answer: Extract<Partial, { readonly refusedCount: number }>,
  pipeline: string,
): readonly Resting[] {
  const cause = `suspect: ${answer.refusedCount} of ${part.length}: ${answer.cause}`;
  // The same request again, after a crash, has the same id.
  const requestId = `${pipeline}:${part[0]?.position.sequence}-${part.at(-1)?.position.sequence}`;
  return part.map((entry) => ({ entry, cause: { code: "suspect", cause, requestId } }));
}

function sizeOf(part: Part): number {
  return part.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
