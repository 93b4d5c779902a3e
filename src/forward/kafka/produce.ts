import type { Producer } from "kafkajs";
import type { OutgoingMessage } from "./message.ts";

/**
 * One produce request to one partition. Resolves only when the broker said of that very partition that all in-sync replicas have it:
 * a send to a partition that kafkajs knows no leader of resolves too, with an answer in which the partition is missing.
 */
export async function produce(
  producer: Pick<Producer, "send">,
  request: { readonly topic: string; readonly partition: number; readonly timeoutMs: number },
  messages: readonly OutgoingMessage[],
): Promise<void> {
  const { topic, partition, timeoutMs } = request;
  const answers = await producer.send({
    topic,
    acks: -1,
    timeout: timeoutMs,
    messages: messages.map(({ message }) => ({ ...message, partition })),
  });
  const answer = answers.find((one) => one.topicName === topic && one.partition === partition);
  if (answer?.errorCode === 0) return;
  const said = answer === undefined ? "nothing of it" : `error code ${answer.errorCode}`;
  throw new Error(
    `Cannot confirm partition ${partition} of topic "${topic}": the broker answered ${said}`,
  );
}
