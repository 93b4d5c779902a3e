import type { JournalEntry } from "../model/entry.ts";
import type { QuarantinedEvent } from "../model/generated/quarantined-event.ts";

/** Why an event rests. `suspect`: the endpoint refused k events of a request and did not say which. */
export interface RestCause {
  readonly code: "refused" | "too-large" | "suspect";
  readonly cause: string;
  /** Shared by the suspects of one request, else null. */
  readonly requestId: string | null;
}

/** Where the events of one pipeline rest that its endpoint will not take. Append-only. */
export interface Quarantine {
  /** Resolves when durable; only then may the pipeline's cursor move over these entries. */
  rest(entries: readonly JournalEntry[], cause: RestCause): Promise<void>;
  /** Resting events, oldest first; those that were resolved left out. */
  list(): AsyncIterable<QuarantinedEvent>;
  /** Number of resting events. */
  readonly count: number;
  /** Events that were at rest when it was opened and that `rest` did not meet again since, whatever became of them. */
  readonly carriedOver: number;
  close(): Promise<void>;
}
