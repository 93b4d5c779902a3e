import type { Producer } from "kafkajs";
import type { KafkaEndpoint } from "../../model/relay.ts";
import type { Log } from "../../ports/log.ts";
import { kafkaClient } from "./client.ts";
import type { OutgoingMessage } from "./message.ts";
import { produce } from "./produce.ts";
import { createSockets } from "./sockets.ts";

/** One way to the topic, from its login to its end; after a fault there is another. All of it rejects with kafkajs's errors. */
export interface KafkaConnection {
  /**
   * How many partitions the topic had when this connection began; connects and logs in at the first call. Those that are added later
   * are used from the next connection on. The topic is never created.
   */
  partitionCount(): Promise<number>;
  /** Resolves when all in-sync replicas of the partition have the messages. */
  produce(partition: number, messages: readonly OutgoingMessage[]): Promise<void>;
  /** Ends it at once, and whatever is under way with this cause. */
  cut(cause: string): void;
}

export function createConnection(endpoint: KafkaEndpoint, log: Log): KafkaConnection {
  const sockets = createSockets();
  const client = kafkaClient(endpoint, { sockets, log });
  const producer = client.producer({
    // A topic that comes to be because it was asked for has the broker's defaults: one partition, often one replica.
    allowAutoTopicCreation: false,
    idempotent: false,
    createPartitioner: () => chosenPartition,
  });
  let opened: Promise<number> | null = null;

  async function open(): Promise<number> {
    const count = await countPartitions(client.admin(), endpoint.topic);
    await producer.connect();
    return count;
  }

  return {
    partitionCount: () => (opened ??= open()),
    produce: (partition, messages) => {
      const { topic, timeoutMs } = endpoint;
      return produce(producer, { topic, partition, timeoutMs }, messages);
    },
    cut: (cause) => {
      sockets.cut(cause);
      // Only kafkajs's own timers are left to be stopped.
      void disconnect(producer);
    },
  };
}

/** By a connection of its own, since a producer of kafkajs does not say. */
async function countPartitions(
  admin: ReturnType<ReturnType<typeof kafkaClient>["admin"]>,
  topic: string,
): Promise<number> {
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const count = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    if (count === 0) throw new Error(`Cannot find a partition of topic "${topic}"`);
    return count;
  } finally {
    await disconnect(admin);
  }
}

/** The partition was chosen by us, once, when the message was made (message.ts). */
function chosenPartition({
  message,
}: {
  readonly message: { readonly partition?: number };
}): number {
  if (message.partition === undefined)
    throw new RangeError("Cannot send a message without a partition");
  return message.partition;
}

/** A connection that is let go of has nothing more to say. */
async function disconnect(client: Pick<Producer, "disconnect">): Promise<void> {
  await client.disconnect().catch(() => undefined);
}
