import type { JournalEntry } from "../model/entry.ts";
import type { QuarantinedEvent } from "../model/generated/quarantined-event.ts";

/** Why an event rests. `suspect`: the endpoint refused k events of a request and did not say which. */
export interface RestCause {
  readonly code: "refused" | "too-large" | "suspect";
  readonly cause: string;
  /** Shared by the suspects of one request, else null. */
  readonly requestId: string | null;
}

/**
 * Where the events of one pipeline rest that its endpoint will not take. Append-only. Every call resolves when what it says is durable;
 * it rejects with QUARANTINE_WRITE_FAILED where the process must end, and otherwise (a full disk) may be made again.
 */
export interface Quarantine {
  /** Only behind it may the pipeline's cursor move over these entries. Those that rest already are not written twice. */
  rest(entries: readonly JournalEntry[], cause: RestCause): Promise<void>;
  /** Resting entries were refused again: the new cause takes the place of the one before. */
  restAgain(entries: readonly JournalEntry[], cause: RestCause): Promise<void>;
  /** Resting entries were delivered after all: they rest no more. */
  resolve(entries: readonly JournalEntry[]): Promise<void>;
  /** Gives back the space of what rests no more, once that is more than half of it. Changes nothing else. */
  compact(): Promise<void>;
  /** Resting events, oldest first; those that were resolved left out. What comes to rest meanwhile may be missing. */
  list(): AsyncIterable<QuarantinedEvent>;
  /** Number of resting events. */
  readonly count: number;
  /** Events that were at rest when it was opened and that `rest` did not meet again since, whatever became of them. */
  readonly carriedOver: number;
  close(): Promise<void>;
}
