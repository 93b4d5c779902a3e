import kafkajs, { type Admin } from "kafkajs";
import { DELIVERED } from "../../model/delivery.ts";
import type { Reach } from "../reach.ts";
import { classifyError } from "./classify-error.ts";
import { kafkaClient } from "./client.ts";
import { createSockets } from "./sockets.ts";

/** Logs in, and asks for the topic and, where we may, for its largest message. The topic is never created. */
export const reachKafka: Reach<"kafka"> = async ({ spec }, { clock, log }) => {
  const sockets = createSockets();
  const over = new AbortController();
  let admin: Admin | null = null;

  async function ask(): Promise<number | null> {
    admin = kafkaClient(spec, { sockets, log }).admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [spec.topic] });
    const count = topics.find(({ name }) => name === spec.topic)?.partitions.length ?? 0;
    if (count === 0) throw new Error(`Cannot find a partition of topic "${spec.topic}"`);
    // Whoever may write to a topic need not be allowed to see its configuration.
    return messageBytesMax(admin, spec.topic).catch(() => null);
  }

  const late = clock.sleep(spec.timeoutMs, over.signal).then((): never => {
    throw new Error(`Kafka did not answer within ${spec.timeoutMs} ms`);
  });
  late.catch(() => undefined);
  const asked = ask();
  asked.catch(() => undefined);
  try {
    return { outcome: DELIVERED, date: null, messageBytesMax: await Promise.race([asked, late]) };
  } catch (error) {
    return { outcome: classifyError(error), date: null, messageBytesMax: null };
  } finally {
    over.abort();
    sockets.cut("The endpoint was asked");
    await (admin as Admin | null)?.disconnect().catch(() => undefined);
  }
};

async function messageBytesMax(admin: Admin, topic: string): Promise<number | null> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: topic,
        configNames: ["max.message.bytes"],
      },
    ],
  });
  const value = resources[0]?.configEntries.find(
    ({ configName }) => configName === "max.message.bytes",
  )?.configValue;
  return value === undefined ? null : Number(value);
}
