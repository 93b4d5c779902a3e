import { DELIVERED } from "../../src/model/delivery.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { JournalEntry } from "../../src/model/entry.ts";
import type { Sink } from "../../src/ports/sink.ts";

/** What a sink does with one batch; a thrown error is thrown. */
export type Script = (ids: readonly string[], signal: AbortSignal) => Delivery | Promise<Delivery>;

export interface ScriptedSink extends Sink {
  /** Ids of every batch that was tried, in order. */
  readonly attempts: readonly (readonly string[])[];
  /** The batches themselves. */
  readonly batches: readonly (readonly JournalEntry[])[];
  /** Ids that were delivered, in order. */
  readonly delivered: readonly string[];
  connects: number;
  closes: number;
  /** How the next batches go, until it is set again. */
  script: Script;
}

/** A sink that does as it is told, and notes what was asked of it. */
export function createScriptedSink(
  script: Script = () => DELIVERED,
  entriesMax: number = 10,
): ScriptedSink {
  const attempts: (readonly string[])[] = [];
  const batches: (readonly JournalEntry[])[] = [];
  const delivered: string[] = [];
  const sink: ScriptedSink = {
    batch: { entriesMax, bytesMax: 1024 * 1024 },
    attempts,
    batches,
    delivered,
    connects: 0,
    closes: 0,
    script,
    connect: () => {
      sink.connects++;
      return Promise.resolve();
    },
    deliver: async (entries, signal) => {
      const ids = entries.map(({ id }) => id);
      attempts.push(ids);
      batches.push(entries);
      const delivery = await sink.script(ids, signal);
      if (delivery.status === "delivered") delivered.push(...ids);
      return delivery;
    },
    close: () => {
      sink.closes++;
      return Promise.resolve();
    },
  };
  return sink;
}

export function retry(cause: string = "busy", retryAfterMs: number | null = null): Delivery {
  return { status: "retry", cause, retryAfterMs };
}

/** The next batches go as listed, all later ones are delivered. */
export function inTurn(...deliveries: readonly Delivery[]): Script {
  const left = [...deliveries];
  return () => left.shift() ?? DELIVERED;
}
