import { createRequire } from "node:module";

/** The part of kafkajs's queue of requests, one for each connection, that its check of waiting requests uses. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Milliseconds since the epoch until when the broker asked for no requests; -1 where it did not. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

/** Where a request waits and the broker did not say how long. */
const CHECK_MS = 10;

/**
 * kafkajs 2.2.4, its last version, looks for waiting requests on every connection again and again, a thousand times a second for as
 * long as it is open, with a timer of a negative time, of which Node warns. From here on it looks only where one waits.
 */
export function calmRequestQueues(): void {
  const load = createRequire(import.meta.url);
  const { prototype } = load("kafkajs/src/network/requestQueue") as { readonly prototype: object };
  Object.assign(prototype, { scheduleCheckPendingRequests });
}

function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
  const waitMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    waitMs > 0 ? waitMs : CHECK_MS,
  );
}
