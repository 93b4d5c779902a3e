import type { Producer } from "kafkajs";
import type { KafkaEndpoint } from "../../model/relay.ts";
import type { Log } from "../../ports/log.ts";
import { kafkaClient } from "./client.ts";

/** A connected producer and what it knows of the topic. */
export interface KafkaConnection {
  readonly producer: Producer;
  readonly partitionCount: number;
  close(): Promise<void>;
}

/** Connects, logs in and reads the topic's partitions; rejects with kafkajs's errors. The topic is never created. */
export async function openConnection(endpoint: KafkaEndpoint, log: Log): Promise<KafkaConnection> {
  const client = kafkaClient(endpoint, log);
  const admin = client.admin();
  const producer = client.producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    retry: { retries: 0 },
    createPartitioner: () => chosenPartition,
  });
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [endpoint.topic] });
    await producer.connect();
    const partitionCount = topics[0]?.partitions.length ?? 0;
    if (partitionCount === 0)
      throw new Error(`Cannot find a partition of topic "${endpoint.topic}"`);
    return { producer, partitionCount, close: () => closeQuietly(producer) };
  } catch (error) {
    await closeQuietly(producer);
    throw error;
  } finally {
    await closeQuietly(admin);
  }
}

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
async function closeQuietly(client: { disconnect(): Promise<void> }): Promise<void> {
  await client.disconnect().catch(() => undefined);
}
