import type { HttpSourceOptions } from "../../model/source.ts";
import type { HttpAnswer } from "../../ports/http-server.ts";

/** 503 with `Retry-After`: twice the wait each time, until a request is taken again. */
export interface PushBack {
  answer(why: string): HttpAnswer;
  /** A request was taken. */
  ease(): void;
}

export function createPushBack({
  retryAfterMsMin,
  retryAfterMsMax,
}: Pick<HttpSourceOptions, "retryAfterMsMin" | "retryAfterMsMax">): PushBack {
  let waitMs = retryAfterMsMin;
  return {
    answer: (why) => {
      // `Retry-After` counts in whole seconds.
      const seconds = Math.ceil(waitMs / 1_000);
      waitMs = Math.min(retryAfterMsMax, waitMs * 2);
      return { status: 503, text: why, headers: { "retry-after": String(seconds) } };
    },
    ease: () => {
      waitMs = retryAfterMsMin;
    },
  };
}
