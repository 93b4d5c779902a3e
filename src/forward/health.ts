import type { ErrorCode } from "../model/error.ts";
import type { Micros } from "../model/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Meter } from "../ports/meter.ts";
import type { Answer, Setback } from "./persistence.ts";

/** The last thing that went wrong with an endpoint; stays until the next one. */
export interface LastError {
  readonly code: ErrorCode;
  readonly cause: string;
  readonly at: Micros;
}

/** How a pipeline gets on with its endpoint: `idle` before the first answer. Only `enter` changes it. */
export type Mood = "idle" | "delivering" | "retrying" | "paused";

export interface Health {
  readonly mood: Mood;
  /** Why it retries or is paused, else null. */
  readonly cause: string | null;
  readonly lastError: LastError | null;
  /** When the endpoint last took something. */
  readonly lastAckAt: Micros | null;
  answered(answer: Answer): void;
  setBack(setback: Setback, waitMs: number): void;
}

export interface HealthOptions {
  readonly pipeline: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

/** Keeps the state, and says so in the log once for each change of it, however often a batch is tried. */
export function createHealth({ pipeline, clock, log, meter }: HealthOptions): Health {
  let mood: Mood = "idle";
  let cause: string | null = null;
  let lastError: LastError | null = null;
  let lastAckAt: Micros | null = null;

  function enter(next: Mood, why: string | null): boolean {
    const isChange = mood !== next || cause !== why;
    mood = next;
    cause = why;
    meter.set("chaperone_pipeline_paused", { pipeline }, next === "paused" ? 1 : 0);
    return isChange;
  }

  enter("idle", null);
  return {
    get mood() {
      return mood;
    },
    get cause() {
      return cause;
    },
    get lastError() {
      return lastError;
    },
    get lastAckAt() {
      return lastAckAt;
    },
    answered: (answer) => {
      if (answer.status === "delivered" || answer.status === "partlyRefused")
        lastAckAt = clock.now();
      const before = mood;
      enter("delivering", null);
      if (before === "retrying" || before === "paused")
        log.info({ pipeline }, "The endpoint answers again");
    },
    setBack: (setback, waitMs) => {
      const isPaused = setback.status === "paused";
      const code = isPaused ? "ENDPOINT_PAUSED" : (setback.code ?? "ENDPOINT_UNREACHABLE");
      meter.add("chaperone_pipeline_retries_total", { pipeline, code }, 1);
      lastError = { code, cause: setback.cause, at: clock.now() };
      // Conditions say which kind of setback it is; a code of the sink's own says more.
      const why = !isPaused && setback.code ? `${code}: ${setback.cause}` : setback.cause;
      if (!enter(isPaused ? "paused" : "retrying", why)) return;
      const fields = { pipeline, code, cause: setback.cause, waitMs: Math.round(waitMs) };
      if (isPaused) log.error(fields, "The endpoint or its configuration is at fault: paused");
      else log.warn(fields, "Cannot deliver at present: trying again");
    },
  };
}
