import { randomUUID } from "node:crypto";

import type { EachMessagePayload, IHeaders, Kafka } from "kafkajs";

/** A record as it lies in the topic. Key and headers are decoded as UTF-8; a tombstone has an empty value. */
export interface KafkaRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** When to stop reading: at a number of records, or when this says so of all the records that were read. */
export type Until = number | ((records: readonly KafkaRecord[]) => boolean);

/**
 * Reads a topic from its beginning and returns the records by partition and offset, each of them once.
 *
 * @throws when the condition does not hold after `timeoutMs`; the message tells how many records there were.
 */
export async function consumeAll(
  client: Kafka,
  topic: string,
  until: Until,
  timeoutMs: number,
): Promise<KafkaRecord[]> {
  const consumer = client.consumer({ groupId: `consume-all-${randomUUID()}` });
  const records = new Map<string, KafkaRecord>();
  const done = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    const wanted = typeof until === "number" ? `${until} records` : "the condition";
    const found = `${records.size} records were read`;
    done.reject(new Error(`reading topic "${topic}" until ${wanted}: ${found} in ${timeoutMs} ms`));
  }, timeoutMs);
  const look = (): void => {
    const all = [...records.values()];
    if (typeof until === "number" ? all.length >= until : until(all)) done.resolve(undefined);
  };
  const read = async (): Promise<void> => {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    look();
    // eslint-disable-next-line typescript/require-await
    const eachMessage = async (payload: EachMessagePayload): Promise<void> => {
      const record = recordOf(payload);
      // A rebalance, as after a restart of the broker, delivers records again.
      records.set(`${record.partition}/${record.offset}`, record);
      look();
    };
    await consumer.run({ autoCommit: false, eachMessage });
  };
  try {
    await Promise.all([done.promise, read()]);
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return [...records.values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

function recordOf({ partition, message }: EachMessagePayload): KafkaRecord {
  return {
    partition,
    offset: Number(message.offset),
    key: message.key?.toString() ?? null,
    value: message.value ?? Buffer.alloc(0),
    headers: textHeaders(message.headers ?? {}),
  };
}

function textHeaders(headers: IHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value?.toString() ?? ""]),
  );
}
