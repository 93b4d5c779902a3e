import type { Delivery } from "../model/delivery.ts";
import type { Attempt } from "./attempt.ts";
import { plainOutcome } from "./outcome.ts";

/**
 * Tells an endpoint that takes nothing from one that was sent a bad event: `refusedInRowMax` refusals of single events, with
 * nothing delivered between them, become `paused` until something is delivered again.
 */
export function withRefusalRun(attempt: Attempt, refusedInRowMax: number): Attempt {
  let inRow = 0;
  return async (entries, stop) => {
    const delivery = plainOutcome(await attempt(entries, stop), entries.length);
    if (delivery.status === "delivered" || delivery.status === "partlyRefused") inRow = 0;
    const cause = entries.length === 1 ? causeOfSingle(delivery) : null;
    if (cause === null) return delivery;
    inRow++;
    if (inRow < refusedInRowMax) return delivery;
    return { status: "paused", cause: `${inRow} events were refused in a row; the last: ${cause}` };
  };
}

/** Why a single event was refused. One that is above a stated limit says nothing of the endpoint. */
function causeOfSingle(delivery: Delivery): string | null {
  if (delivery.status === "refused") return delivery.cause;
  return delivery.status === "tooLarge" && delivery.limitBytes === null ? delivery.cause : null;
}
