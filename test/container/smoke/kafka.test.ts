import { Partitioners } from "kafkajs";
import { beforeAll, describe, expect, it } from "vitest";

import { requireEngine } from "../../support/containers/engine.ts";
import { startKafka, type KafkaServer } from "../../support/containers/kafka.ts";

describe.skipIf(!(await requireEngine()))("a Kafka broker for tests", () => {
  let kafka: KafkaServer;

  beforeAll(async () => {
    kafka = await startKafka({ properties: { "message.max.bytes": 10_000 } });
    return () => kafka.remove();
  });

  async function produce(topic: string, key: string, value: string): Promise<void> {
    const producer = kafka
      .client()
      .producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      await producer.send({ topic, messages: [{ key, value, headers: { kind: "smoke" } }] });
    } finally {
      await producer.disconnect();
    }
  }

  it("returns what was produced", async () => {
    await kafka.createTopic("produced", 2);
    await produce("produced", "ada", "first");
    const [record] = await kafka.consumeAll("produced", 1);
    expect(record).toMatchObject({ offset: 0, key: "ada", headers: { kind: "smoke" } });
    expect(record?.value.toString()).toBe("first");
  });

  it("refuses a record that is larger than its properties allow", async () => {
    await kafka.createTopic("large", 1);
    await expect(produce("large", "ada", "x".repeat(20_000))).rejects.toThrow(/larger than/);
  });

  it("tells how many records there were when the condition never holds", async () => {
    await kafka.createTopic("short", 1);
    await produce("short", "ada", "only");
    await expect(kafka.consumeAll("short", 2, 5_000)).rejects.toThrow(
      'reading topic "short" until 2 records: 1 records were read in 5000 ms',
    );
  });

  it("keeps its address and its data when it is killed and started again", async () => {
    await kafka.createTopic("survivor", 1);
    await produce("survivor", "ada", "before");
    const address = kafka.bootstrap();
    await kafka.kill9();
    await kafka.start();
    expect(kafka.bootstrap()).toBe(address);
    await produce("survivor", "ada", "after");
    const records = await kafka.consumeAll("survivor", 2);
    expect(records.map(({ value }) => value.toString())).toEqual(["before", "after"]);
  });

  it("answers nobody while it is paused, and everybody afterwards", async () => {
    await kafka.createTopic("frozen", 1);
    await kafka.pause();
    const produced = produce("frozen", "ada", "thawed");
    await kafka.unpause();
    await produced;
    await expect(
      kafka.consumeAll("frozen", (records) => records.length === 1),
    ).resolves.toHaveLength(1);
  });
});
