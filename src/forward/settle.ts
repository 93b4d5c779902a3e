import type { JournalEntry } from "../model/entry.ts";
import type { Answer, Ask } from "./persistence.ts";
import type { Rest, Resting } from "./rest.ts";

/**
 * Settles a batch: every entry is delivered or rests durably. True when all of it is; false where it was stopped before.
 * Deliveries follow the order of the entries.
 */
export type Settle = (entries: readonly JournalEntry[], stop: AbortSignal) => Promise<boolean>;

export interface SettleOptions {
  readonly pipeline: string;
  readonly ask: Ask;
  readonly rest: Rest;
  readonly cleanMin: number;
  /** So many more entries at the front of the batch are settled. */
  readonly onSettled: (count: { readonly delivered: number; readonly quarantined: number }) => void;
  /** A part of several entries with this size was too large. */
  readonly onTooLarge: (sizeBytes: number) => void;
}

type Part = readonly JournalEntry[];
type Singled = Extract<Answer, { readonly status: "tooLarge" | "refused" }>;
type Partial = Extract<Answer, { readonly status: "partlyRefused" }>;

/**
 * Works through a stack of parts, the next one on top:
 *
 * - a part that is refused or too large is halved down to the single event, which then waits to rest;
 * - what waits comes to rest when something else is taken, or at the batch's end. An endpoint that refuses everything is thus
 *   found out (refusal-run.ts) before any event of the batch rests for a fault that is not its own;
 * - a partial refusal that names no events puts the whole part to rest as suspect: sending it again would make duplicates of those
 *   that were taken. Single events follow until `cleanMin` were taken, so that the next refusal names its event.
 */
export function createSettle(options: SettleOptions): Settle {
  const { ask, rest, cleanMin, onSettled, onTooLarge } = options;
  let singlesLeft = 0;

  async function settleWaiting(waiting: Resting[], stop: AbortSignal): Promise<boolean> {
    if (waiting.length === 0) return true;
    if (!(await rest(waiting, stop))) return false;
    onSettled({ delivered: 0, quarantined: waiting.length });
    waiting.length = 0;
    return true;
  }

  async function settlePartial(part: Part, answer: Partial, stop: AbortSignal): Promise<boolean> {
    const resting =
      "refused" in answer ? named(part, answer) : suspects(part, answer, options.pipeline);
    if (!("refused" in answer)) singlesLeft = cleanMin;
    if (!(await rest(resting, stop))) return false;
    onSettled({ delivered: part.length - resting.length, quarantined: resting.length });
    return true;
  }

  return async (entries, stop) => {
    const parts: Part[] = entries.length === 0 ? [] : [entries];
    const waiting: Resting[] = [];
    for (let top = parts.pop(); top !== undefined; top = parts.pop()) {
      const part = singlesLeft > 0 ? top.slice(0, 1) : top;
      if (part.length < top.length) parts.push(top.slice(1));
      const answer = await ask(part, stop);
      if (answer === null) return false;
      if (answer.status === "tooLarge" || answer.status === "refused") {
        const [first] = part;
        if (part.length === 1 && first !== undefined) waiting.push(single(first, answer));
        else parts.push(...halves(part));
        if (answer.status === "tooLarge" && part.length > 1) onTooLarge(sizeOf(part));
        if (part.length === 1 && singlesLeft > 0) singlesLeft = cleanMin;
        continue;
      }
      if (!(await settleWaiting(waiting, stop))) return false;
      if (answer.status === "partlyRefused") {
        if (!(await settlePartial(part, answer, stop))) return false;
        continue;
      }
      if (singlesLeft > 0) singlesLeft--;
      onSettled({ delivered: part.length, quarantined: 0 });
    }
    return settleWaiting(waiting, stop);
  };
}

/** The later half first: it goes under the earlier one. */
function halves(part: Part): readonly Part[] {
  const middle = Math.ceil(part.length / 2);
  return [part.slice(middle), part.slice(0, middle)];
}

function single(entry: JournalEntry, answer: Singled): Resting {
  const code = answer.status === "refused" ? "refused" : "too-large";
  return { entry, cause: { code, cause: answer.cause, requestId: null } };
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
