import { DELIVERED, type Delivery } from "../../model/delivery.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { Sink } from "../../ports/sink.ts";
import type { EndpointOf, SinkDeps } from "../sinks.ts";
import { classifyError } from "./classify-error.ts";
import { openConnection, type KafkaConnection } from "./connection.ts";
import { messageOf, type OutgoingMessage } from "./message.ts";
import { produce, requestsByPartition } from "./partitions.ts";

/** A request stays below the broker's usual limit (message.max.bytes, 1 MiB), whatever the batch holds. */
const REQUEST_BYTES_MAX = 900_000;

/**
 * Delivers to a Kafka topic, at least once: acks from all in-sync replicas, one partition a request, one request under way per
 * partition, no retry inside the client. Not idempotent: kafkajs rolls its sequence back on an error, and the broker then takes new
 * events for old ones. Consumers dedupe by the event id in the header.
 */
export function createKafkaSink(endpoint: EndpointOf<"kafka">, deps: SinkDeps): Sink {
  const { spec } = endpoint;
  let connection: KafkaConnection | null = null;
  /** What goes on after its deadline: the next request to a partition must not overtake it. */
  let underWay: Promise<unknown> = Promise.resolve();

  async function connected(): Promise<KafkaConnection> {
    connection ??= await openConnection(spec, deps.log);
    return connection;
  }

  async function disconnect(): Promise<void> {
    const old = connection;
    connection = null;
    await old?.close();
  }

  async function send(entries: readonly JournalEntry[]): Promise<Delivery> {
    try {
      const { producer, partitionCount } = await connected();
      const messages = entries.map((entry) => messageOf(entry, spec, partitionCount));
      const tooLarge = messages.find((message) => message.sizeBytes > spec.messageBytesMax);
      if (tooLarge !== undefined) return messageTooLarge(tooLarge, spec.messageBytesMax);
      const partitions = requestsByPartition(messages, REQUEST_BYTES_MAX);
      const sends = [...partitions].map(async ([partition, requests]) => {
        const request = { topic: spec.topic, partition, timeoutMs: spec.timeoutMs };
        for (const one of requests) await produce(producer, request, one);
      });
      return await worstOf(await Promise.allSettled(sends), disconnect);
    } catch (error) {
      await disconnect();
      return classifyError(error);
    }
  }

  return {
    batch: { entriesMax: 2_000, bytesMax: 4 * 1024 * 1024 },
    connect: async () => {
      await connected();
    },
    deliver: async (entries, signal) => {
      if (entries.length === 0) return DELIVERED;
      await untilAborted(underWay, signal);
      if (signal.aborted) return stopped();
      const sending = send(entries);
      underWay = sending;
      return (await untilAborted(sending, signal)) ?? stopped();
    },
    close: disconnect,
  };
}

/** The outcome of a batch is its worst partition's. Partitions that took theirs get it again with the batch: a duplicate, not a loss. */
async function worstOf(
  results: readonly PromiseSettledResult<void>[],
  disconnect: () => Promise<void>,
): Promise<Delivery> {
  const outcomes = results
    .filter((result) => result.status === "rejected")
    .map((result) => classifyError(result.reason));
  const worst = (["paused", "retry", "tooLarge", "refused"] as const)
    .map((status) => outcomes.find((outcome) => outcome.status === status))
    .find((outcome) => outcome !== undefined);
  if (worst === undefined) return DELIVERED;
  if (worst.status === "paused" || worst.status === "retry") await disconnect();
  return worst;
}

/** The value, or undefined when the signal comes first; whoever asks keeps hold of the promise. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const abort = (): void => resolve(undefined);
    signal.addEventListener("abort", abort, { once: true });
    void promise.then(resolve, abort).finally(() => signal.removeEventListener("abort", abort));
  });
}

function stopped(): Delivery {
  return {
    status: "retry",
    cause: "The attempt was ended before Kafka answered",
    retryAfterMs: null,
  };
}

function messageTooLarge(message: OutgoingMessage, limitBytes: number): Delivery {
  const cause = `A message of ${message.sizeBytes} bytes is above the endpoint's limit of ${limitBytes} bytes`;
  return { status: "tooLarge", limitBytes, cause };
}
