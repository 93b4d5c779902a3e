import type { Producer } from "kafkajs";
import type { OutgoingMessage } from "./message.ts";

/** Groups messages by partition, and those of a partition into requests of at most `requestBytesMax`, order kept. */
export function requestsByPartition(
  messages: readonly OutgoingMessage[],
  requestBytesMax: number,
): ReadonlyMap<number, readonly (readonly OutgoingMessage[])[]> {
  const partitions = new Map<number, OutgoingMessage[][]>();
  const sizes = new Map<number, number>();
  for (const message of messages) {
    const requests = partitions.get(message.partition) ?? [];
    const size = (sizes.get(message.partition) ?? Infinity) + message.sizeBytes;
    if (size > requestBytesMax) {
      requests.push([message]);
      sizes.set(message.partition, message.sizeBytes);
    } else {
      requests.at(-1)?.push(message);
      sizes.set(message.partition, size);
    }
    partitions.set(message.partition, requests);
  }
  return partitions;
}

/**
 * One produce request to one partition. Resolves only when the broker said of that very partition that all in-sync replicas have it:
 * a send whose partition had no leader resolves in kafkajs too, with an answer in which the partition is missing.
 */
export async function produce(
  producer: Producer,
  request: { readonly topic: string; readonly partition: number; readonly timeoutMs: number },
  messages: readonly OutgoingMessage[],
): Promise<void> {
  const { topic, partition, timeoutMs } = request;
  const answers = await producer.send({
    topic,
    acks: -1,
    timeout: timeoutMs,
    messages: [...messages],
  });
  const answer = answers.find((one) => one.topicName === topic && one.partition === partition);
  if (answer === undefined || answer.errorCode !== 0)
    throw new Error(
      `Cannot confirm partition ${partition} of topic "${topic}": the broker answered ${answer === undefined ? "nothing" : `error code ${answer.errorCode}`}`,
    );
}
