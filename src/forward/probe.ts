import type { Delivery } from "../model/delivery.ts";
import type { Attempt } from "./attempt.ts";
import { plainOutcome } from "./outcome.ts";

/** Attempts whose outcomes have no corner cases left. */
export function withPlainOutcomes(attempt: Attempt): Attempt {
  return async (entries, stop) => plainOutcome(await attempt(entries, stop), entries.length);
}

/** Attempts at an endpoint that refuses everything: that it still does is its fault, not the event's. */
export function withRefusalsPaused(attempt: Attempt, refusedInRowMax: number): Attempt {
  return async (entries, stop) => {
    const delivery = await attempt(entries, stop);
    if (!isRefusal(delivery)) return delivery;
    const cause = `${refusedInRowMax} events were refused in a row; the last: ${delivery.cause}`;
    return { status: "paused", cause };
  };
}

export type Refusal = Extract<Delivery, { readonly status: "refused" | "tooLarge" }>;

/** Whether a single event with this outcome was refused for itself or by an endpoint that takes nothing: nobody can say. */
export function isRefusal(delivery: Delivery): delivery is Refusal {
  // One that is above a stated limit says nothing of the endpoint.
  return (
    delivery.status === "refused" ||
    (delivery.status === "tooLarge" && delivery.limitBytes === null)
  );
}
