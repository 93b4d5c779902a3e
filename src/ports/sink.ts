import type { Delivery } from "../model/delivery.ts";
import type { JournalEntry } from "../model/entry.ts";

/**
 * Talks to one endpoint. The forwarder calls `connect` before the first `deliver` and again after a `retry` or `paused` outcome
 * when the sink asks for it by throwing; `deliver` with at most one batch under way; `close` at the end.
 */
export interface Sink {
  /** Most bytes (encoded entries) and entries that the endpoint wants in one batch. */
  readonly batch: { readonly entriesMax: number; readonly bytesMax: number };
  /** Gets ready. A rejection is taken as `retry` with the error as its cause, and its code. Must be safe to call again. */
  connect(signal: AbortSignal): Promise<void>;
  /**
   * Tries once. Never rejects for what an endpoint or a network can do: every such thing is an outcome. The signal ends the
   * attempt early (shutdown, deadline): the outcome is then `retry`, since nobody knows whether it arrived.
   * The same batch, in the same order, may come again.
   */
  deliver(entries: readonly JournalEntry[], signal: AbortSignal): Promise<Delivery>;
  /** Lets go of sockets and files. Safe without a `connect` before it. */
  close(): Promise<void>;
}
