import { DELIVERED, type Delivery } from "../../model/delivery.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { Sink } from "../../ports/sink.ts";
import type { EndpointOf, SinkDeps } from "../create-sink.ts";
import { causeOf } from "./cause.ts";
import { classifyError } from "./classify-error.ts";
import { createConnection, type KafkaConnection } from "./connection.ts";
import { messageOf, type OutgoingMessage } from "./message.ts";
import { requestsByPartition } from "./partitions.ts";

/** A request stays below a broker's usual limit (message.max.bytes, 1 MiB), whatever the endpoint may take. */
const REQUEST_BYTES_MAX = 900_000;

/**
 * Delivers to a Kafka topic, at least once: acks from all in-sync replicas, one partition a request, one request under way per
 * partition, no retry inside the client. Not idempotent: kafkajs rolls its sequence back on an error, and the broker then takes new
 * events for old ones. Consumers dedupe by the event id in the header.
 */
export function createKafkaSink(endpoint: EndpointOf<"kafka">, deps: SinkDeps): Sink {
  const { spec } = endpoint;
  const requestBytesMax = Math.min(REQUEST_BYTES_MAX, spec.messageBytesMax);
  let connection: KafkaConnection | null = null;
  /**
   * Entries that Kafka confirmed and whose batch has no outcome yet. When that batch comes again, whole or in parts, they are not
   * sent again: one that takes longer than an attempt may would otherwise start anew for ever.
   */
  const confirmed = new WeakSet<JournalEntry>();

  function cut(cause: string): void {
    connection?.cut(cause);
    connection = null;
  }

  async function send(entries: readonly JournalEntry[]): Promise<Delivery> {
    try {
      const current = (connection ??= createConnection(spec, deps.log));
      const partitionCount = await current.partitionCount();
      const messages = messagesOf(entries, endpoint, deps);
      if ("status" in messages) return messages;
      const requests = requestsByPartition(messages, { partitionCount, requestBytesMax });
      // Partitions side by side, the requests of each one after the other: its first fault ends it, so that nothing overtakes.
      const sends = [...requests].map(async ([partition, inOrder]) => {
        for (const request of inOrder) {
          await current.produce(partition, request);
          for (const { entry } of request) confirmed.add(entry);
        }
      });
      return worstOf(await Promise.allSettled(sends));
    } catch (error) {
      return classifyError(error);
    }
  }

  async function attempt(entries: readonly JournalEntry[], signal: AbortSignal): Promise<Delivery> {
    if (signal.aborted) return stopped();
    const over = new AbortController();
    const ended = deps.clock
      .sleep(spec.timeoutMs, AbortSignal.any([signal, over.signal]))
      .then(() => (signal.aborted ? stopped() : late(spec.timeoutMs)));
    const delivery = await Promise.race([send(entries), ended]);
    over.abort();
    // What is still under way ends here, so that the next attempt is the only one.
    if (delivery.status === "retry" || delivery.status === "paused") cut(delivery.cause);
    return delivery;
  }

  return {
    batch: { entriesMax: 2_000, bytesMax: 4 * 1024 * 1024 },
    // The first delivery opens the first connection: only an outcome can say that a password is wrong.
    connect: () => Promise.resolve(),
    deliver: async (entries, signal) => {
      const open = entries.filter((entry) => !confirmed.has(entry));
      const delivery = open.length === 0 ? DELIVERED : await attempt(open, signal);
      if (delivery.status === "delivered") for (const entry of entries) confirmed.delete(entry);
      return delivery;
    },
    close: () => {
      cut("The sink was closed");
      return Promise.resolve();
    },
  };
}

/** The messages of a batch, or its outcome where an event cannot become one: an event must not stop its pipeline. */
function messagesOf(
  entries: readonly JournalEntry[],
  { spec }: EndpointOf<"kafka">,
  { clock }: Pick<SinkDeps, "clock">,
): readonly OutgoingMessage[] | Delivery {
  const now = clock.now();
  const messages: OutgoingMessage[] = [];
  for (const entry of entries) {
    try {
      messages.push(messageOf(entry, spec, now));
    } catch (error) {
      return { status: "refused", cause: `Cannot encode event "${entry.id}": ${causeOf(error)}` };
    }
  }
  const largest = Math.max(...messages.map(({ sizeBytes }) => sizeBytes));
  if (largest <= spec.messageBytesMax) return messages;
  const cause = `A message of ${largest} bytes is above the endpoint's limit of ${spec.messageBytesMax} bytes`;
  return { status: "tooLarge", limitBytes: spec.messageBytesMax, cause };
}

/** The outcome of a batch is its worst partition's: what holds up all of them first, then what is to be settled by parts. */
function worstOf(results: readonly PromiseSettledResult<void>[]): Delivery {
  const outcomes = results
    .filter((result) => result.status === "rejected")
    .map((result) => classifyError(result.reason));
  const worst = (["paused", "retry", "tooLarge", "refused"] as const)
    .map((status) => outcomes.find((outcome) => outcome.status === status))
    .find((outcome) => outcome !== undefined);
  return worst ?? DELIVERED;
}

function stopped(): Delivery {
  const cause = "The attempt was ended before Kafka answered";
  return { status: "retry", cause, retryAfterMs: null };
}

function late(timeoutMs: number): Delivery {
  const cause = `Kafka did not answer within ${timeoutMs} ms`;
  return { status: "retry", cause, retryAfterMs: null };
}
