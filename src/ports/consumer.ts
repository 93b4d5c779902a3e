import type { JournalPosition } from "../model/position.ts";

/** A reader of the journal with a cursor of its own: every pipeline, and the archive. */
export interface Consumer {
  readonly name: string;
  /** Everything up to here is settled: delivered, in quarantine, or none of this consumer's. Durable. */
  readonly settledTo: JournalPosition;
  /** Reads, delivers and settles until the signal is aborted. Rejects only when the process must end. */
  run(signal: AbortSignal): Promise<void>;
  state(): ConsumerState;
}

export interface ConsumerState {
  readonly condition: "connected" | "retrying" | "paused" | "stopped";
  /** What the endpoint said last, where it was no success. */
  readonly lastError: string | null;
  /** Matched entries that are not settled yet, as far as they were read. */
  readonly waiting: number;
  /** Monotonic milliseconds of the last settled batch. */
  readonly progressedAtMs: number;
}
