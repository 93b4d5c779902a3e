import type { Delivery } from "../../../src/model/delivery.ts";
import type { Sink } from "../../../src/ports/sink.ts";

/** Everything that can be wrong with a destination. Names are those of HTTP where there is one. */
export type FaultName =
  | "partialWithCount"
  | "partialWithZero"
  | "htmlWith200"
  | "emptyWith204"
  | "resetBeforeHeaders"
  | "resetAfterHeaders"
  | "tooLarge"
  | "throttledSeconds"
  | "throttledDate"
  | "unauthenticated"
  | "forbidden"
  | "missing"
  | "wrongMethod"
  | "moved"
  | "serverError"
  | "refused"
  | "noAnswer"
  | "unreachable"
  | "full";

/** What each fault is, also where it has another name, and the outcome that it obliges a sink to (model/delivery.ts). */
export const FAULTS: Readonly<
  Record<FaultName, { readonly title: string; readonly status: Delivery["status"] }>
> = {
  partialWithCount: { title: "a partial success with a count", status: "partlyRefused" },
  partialWithZero: {
    title: "a partial success with a zero count and a message",
    status: "delivered",
  },
  htmlWith200: { title: "HTML with 200", status: "paused" },
  emptyWith204: { title: "204 without a body", status: "delivered" },
  resetBeforeHeaders: { title: "a connection cut before the answer", status: "retry" },
  resetAfterHeaders: { title: "a connection cut after the headers", status: "retry" },
  tooLarge: { title: "413, or a batch above the limit", status: "tooLarge" },
  throttledSeconds: { title: "429 with Retry-After: 7", status: "retry" },
  throttledDate: { title: "429 with a Retry-After date 7 s away", status: "retry" },
  unauthenticated: { title: "401, or a failed login", status: "paused" },
  forbidden: { title: "403, or missing permissions", status: "paused" },
  missing: { title: "404, or nothing there that takes events", status: "paused" },
  wrongMethod: { title: "405", status: "paused" },
  moved: { title: "a redirect", status: "paused" },
  serverError: { title: "a 5xx, or a fault inside the destination", status: "retry" },
  refused: { title: "400, or a refusal of the batch", status: "refused" },
  noAnswer: { title: "no answer until the deadline", status: "retry" },
  unreachable: { title: "a refused connection", status: "retry" },
  full: { title: "a full disk, or a full queue", status: "retry" },
};

export const FAULT_NAMES: readonly FaultName[] = Object.keys(FAULTS) as FaultName[];

export type Arm = () => void | Promise<void>;

/** A sink and the destination that it talks to, the test's own. */
export interface SinkBench {
  /** Not connected yet. Its own deadline, where it has one, is a few hundred milliseconds. */
  readonly sink: Sink;
  /** Ids of the events that the destination took, in its order; re-sends are there again. */
  readonly received: () => Promise<readonly string[]>;
  /**
   * Each arms a fault. The next attempt meets it; if it obliges to `retry` or `paused`, later ones may, until `mend`; else they do
   * not. The faults that this kind of destination can have: `sinkContract` is told which, so that none is left out unsaid.
   */
  readonly faults: Readonly<Partial<Record<FaultName, Arm>>>;
  /** From now on the destination is well. */
  readonly mend: Arm;
  /** Standing rules, until `mend`; null where no request of this kind of destination is ever refused or too large. */
  readonly rules: {
    /** Any request with one of these events is refused as a whole. */
    readonly refuse: ((ids: readonly string[]) => void) | null;
    /** Any request with one of these events is too large. */
    readonly tooLarge: ((ids: readonly string[]) => void) | null;
    /** Any request with more events is too large. */
    readonly entriesMax: ((count: number) => void) | null;
  };
  /** Stops the destination. The suite closes the sink. */
  readonly close: () => Promise<void>;
}

export type SetUp = () => Promise<SinkBench>;

/** Runs the work with a bench of its own, and lets go of everything. */
export async function using(
  setUp: SetUp,
  work: (bench: SinkBench) => void | Promise<void>,
): Promise<void> {
  const bench = await setUp();
  try {
    await work(bench);
  } finally {
    await bench.mend();
    await bench.sink.close();
    await bench.close();
  }
}
