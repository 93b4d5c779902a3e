import type { ErrorCode } from "./error.ts";

/**
 * What became of one attempt to deliver a batch. Each outcome obliges the forwarder:
 *
 * - `delivered`: the destination has it durably, or says so. The cursor may move over it.
 * - `tooLarge`: split the batch; a single event that is too large goes to quarantine.
 * - `refused`: the destination will not take this batch, ever. Halve it down to the one bad event, which goes to quarantine.
 * - `partlyRefused`: the request was taken but for some events. With `refused` they are known and go to quarantine; with
 *   `refusedCount` only their number is: the request is not sent again, all of it rests as suspect.
 * - `retry`: nobody knows whether it arrived, or it may work later. The same batch again, after `retryAfterMs` or backoff. `code` is what
 *   the operator looks up, where another one than ENDPOINT_UNREACHABLE says what is the matter.
 * - `paused`: a fault of the endpoint or of its configuration, not of the events. Nothing moves; try again now and then, and
 *   say so in the pipeline's condition.
 */
export type Delivery =
  | { readonly status: "delivered" }
  | { readonly status: "tooLarge"; readonly limitBytes: number | null; readonly cause: string }
  | { readonly status: "refused"; readonly cause: string }
  | {
      readonly status: "partlyRefused";
      readonly refused: readonly { readonly index: number; readonly cause: string }[];
    }
  | {
      readonly status: "partlyRefused";
      readonly refusedCount: number;
      readonly cause: string;
    }
  | {
      readonly status: "retry";
      readonly cause: string;
      readonly retryAfterMs: number | null;
      readonly code?: ErrorCode;
    }
  | { readonly status: "paused"; readonly cause: string };

export const DELIVERED: Delivery = Object.freeze({ status: "delivered" });
