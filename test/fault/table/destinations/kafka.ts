import { startKafka, type KafkaServer } from "../../../support/containers/kafka.ts";
import { digestOf } from "../digest.ts";
import type { Destination, Gap, Received } from "./destination.ts";
import { UNKNOWN_STATE } from "./messages.ts";

const TOPIC = "support-access";
const CONSUME_MS_MAX = 120_000;

/** The JSON form of an event, as far as the judge looks at it. */
interface JsonEvent {
  readonly id: string;
  readonly detail: {
    readonly gap?: Gap;
  } | null;
  readonly original: { readonly encoding: "utf8" | "base64"; readonly bytes: string } | null;
}

/** A real Apache Kafka, which is killed where it is to be down. */
export async function startKafkaDestination(_folder: string, name: string): Promise<Destination> {
  const kafka = await startKafka();
  await kafka.createTopic(TOPIC, 3);
  return {
    name,
    spec: { kafka: { bootstrapEndpoints: kafka.bootstrap("plain"), topic: TOPIC } },
    behave: async ({ kind }) => {
      if (kind === "down") await kafka.kill9();
      else if (kind === "take") await kafka.start();
      else throw new RangeError(`A real broker cannot be told to "${kind}"`);
    },
    state: () => Promise.resolve(UNKNOWN_STATE),
    received: () => receivedFrom(kafka),
    close: () => kafka.remove(),
  };
}

async function receivedFrom(kafka: KafkaServer): Promise<Received> {
  const records = await kafka.consumeAll(TOPIC, await recordCount(kafka), CONSUME_MS_MAX);
  const events = records.map(({ value }) => JSON.parse(value.toString("utf8")) as JsonEvent);
  return {
    records: events.flatMap(({ id, original }) =>
      original === null
        ? []
        : [{ body: digestOf(Buffer.from(original.bytes, original.encoding)), id }],
    ),
    gaps: events.flatMap(({ detail }) => detail?.gap ?? []),
  };
}

async function recordCount(kafka: KafkaServer): Promise<number> {
  const admin = kafka.client().admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(TOPIC);
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  } finally {
    await admin.disconnect();
  }
}
