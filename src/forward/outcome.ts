import type { Delivery } from "../model/delivery.ts";
import { DELIVERED } from "../model/delivery.ts";

/**
 * The outcome for a batch of `count` entries with its corner cases taken away, never to the better: a partial refusal of nothing
 * is a delivery; of every entry by name, or of the only one, a refusal; one whose places or number make no sense could be any of
 * them.
 */
export function plainOutcome(delivery: Delivery, count: number): Delivery {
  if (delivery.status !== "partlyRefused") return delivery;
  if ("refusedCount" in delivery) return plainCount(delivery.refusedCount, delivery.cause, count);
  const { refused } = delivery;
  const places = new Set(refused.map(({ index }) => index));
  const isSound =
    places.size === refused.length &&
    refused.every(({ index }) => Number.isInteger(index) && index >= 0 && index < count);
  const first = refused[0];
  if (first === undefined) return DELIVERED;
  if (!isSound) return plainCount(refused.length, first.cause, count);
  return places.size === count ? { status: "refused", cause: first.cause } : delivery;
}

function plainCount(refusedCount: number, cause: string, count: number): Delivery {
  if (refusedCount === 0) return DELIVERED;
  if (count === 1) return { status: "refused", cause };
  const isSound = refusedCount > 0 && refusedCount <= count;
  return { status: "partlyRefused", refusedCount: isSound ? refusedCount : count, cause };
}
