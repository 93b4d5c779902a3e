import type { JournalPosition } from "../model/position.ts";
import type { Micros } from "../model/time.ts";
import type { Counts } from "./tally.ts";
import type { Health, LastError } from "./health.ts";

export type ConditionType = "Connected" | "Delivering" | "Lagging" | "Quarantining" | "Paused";

export interface Condition {
  readonly type: ConditionType;
  readonly isTrue: boolean;
  /** Why it is as it is, where there is more to say. */
  readonly reason: string | null;
  /** When `isTrue` was first seen as it is. */
  readonly since: Micros;
}

/** How a pipeline is, for health, for the relay's `status` and for `run --once`. */
export interface PipelineState {
  readonly pipeline: string;
  readonly conditions: readonly Condition[];
  /** Everything up to here is delivered or rests; the durable cursor follows. */
  readonly settledTo: JournalPosition;
  /** Journal entries after it, of whatever stream. */
  readonly lagEntries: number;
  readonly lastAckAt: Micros | null;
  /** Monotonic milliseconds of the clock: when `settledTo` last moved, or the pipeline was made. */
  readonly lastProgressMs: number;
  readonly lastError: LastError | null;
  /** Since the start of the process. */
  readonly counts: Counts;
  /** Events in the pipeline's quarantine, those of earlier runs included. */
  readonly resting: number;
}

export interface ConditionsOptions {
  readonly health: Pick<Health, "mood" | "cause">;
  readonly isLagging: boolean;
  readonly lagEntries: number;
  readonly resting: number;
}

/** Conditions that remember since when they are as they are. */
export interface Conditions {
  now(options: ConditionsOptions): readonly Condition[];
}

export function createConditions(clock: { now(): Micros }): Conditions {
  const since = new Map<ConditionType, { readonly isTrue: boolean; readonly at: Micros }>();

  function condition(type: ConditionType, isTrue: boolean, reason: string | null): Condition {
    const known = since.get(type);
    const current = known?.isTrue === isTrue ? known : { isTrue, at: clock.now() };
    since.set(type, current);
    return { type, isTrue, reason, since: current.at };
  }

  return {
    now: ({ health, isLagging, lagEntries, resting }) => {
      const { mood, cause } = health;
      const isAnswering = mood === "delivering" || mood === "paused";
      const lag = isLagging ? `${lagEntries} journal entries behind` : null;
      return [
        condition("Connected", isAnswering, mood === "retrying" ? cause : null),
        condition("Delivering", mood === "delivering", cause),
        condition("Lagging", isLagging, lag),
        condition("Quarantining", resting > 0, resting > 0 ? `${resting} events rest` : null),
        condition("Paused", mood === "paused", mood === "paused" ? cause : null),
      ];
    },
  };
}
