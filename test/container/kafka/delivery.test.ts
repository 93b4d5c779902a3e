import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { decodeEvent } from "../../../src/avro/event.ts";
import { createConnection } from "../../../src/forward/kafka/connection.ts";
import { messageOf } from "../../../src/forward/kafka/message.ts";
import type { KafkaEndpoint } from "../../../src/model/relay.ts";
import { NOT_VENDOR } from "../../../src/model/verdict.ts";
import { requireEngine } from "../../support/containers/engine.ts";
import { startKafka, type KafkaServer } from "../../support/containers/kafka.ts";
import { linesOfLog } from "../../support/disk-journal.ts";
import { anEntry, anEvent, entriesOf, someEntries } from "../../support/entries.ts";
import { aKafkaSink, type KafkaSinkUnderTest } from "../../unit/forward/kafka/a-kafka-sink.ts";
import type { SinkRun } from "../../support/sink-run.ts";
import { firstsByPartition, idOf, readIds, run } from "./bench.ts";

const NEVER = new AbortController().signal;
const MESSAGE_BYTES_MAX = 20_000;

describe.skipIf(!(await requireEngine()))("the Kafka sink and a broker", () => {
  let kafka: KafkaServer;

  beforeAll(async () => {
    kafka = await startKafka({
      // A topic that is missing has to stay missing, on any broker.
      properties: { "auto.create.topics.enable": true },
    });
    return () => kafka.remove();
  });

  function aSink(topic: string, spec: Partial<KafkaEndpoint> = {}): KafkaSinkUnderTest {
    const made = aKafkaSink({ bootstrapEndpoints: [kafka.bootstrap()], topic, ...spec });
    onTestFinished(() => made.sink.close());
    return made;
  }

  async function aRun(...args: Parameters<typeof run>): Promise<SinkRun> {
    const made = await run(...args);
    onTestFinished(() => made.stop());
    return made;
  }

  it("puts every event once into one of several partitions, in order, with its id as a header", async () => {
    await kafka.createTopic("spread", 4);
    const { sink } = aSink("spread");
    const entries = someEntries(1_000);
    expect(await sink.deliver(entries, NEVER)).toEqual({ status: "delivered" });
    const records = await kafka.consumeAll("spread", 1_000);
    const ids = entries.map(({ id }) => id);
    expect(records.map(idOf).toSorted()).toEqual(ids.toSorted());
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(4);
    for (const inOrder of firstsByPartition(records))
      expect(inOrder).toEqual(ids.filter((id) => inOrder.includes(id)));
    for (const record of records)
      expect(JSON.parse(record.value.toString())).toMatchObject({ id: idOf(record) });
  });

  it("keeps the events of a grant in one partition, as plain Avro that decodes to the event", async () => {
    await kafka.createTopic("grants", 6);
    const { sink } = aSink("grants", { encoding: "avro", key: "grantId" });
    const events = Array.from({ length: 60 }, (_, n) =>
      anEvent({ id: `g-${n}`, verdict: { ...NOT_VENDOR, grants: [`grant-${n % 3}`] } }),
    );
    expect(await sink.deliver(entriesOf(events), NEVER)).toEqual({ status: "delivered" });
    const records = await kafka.consumeAll("grants", 60);
    for (const key of ["grant-0", "grant-1", "grant-2"]) {
      const own = records.filter((record) => record.key === key);
      expect(own.length).toBe(20);
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
      const expected = events.filter(({ verdict }) => verdict.grants[0] === key);
      expect(own.map(({ value }) => decodeEvent(value))).toEqual(expected);
    }
  });

  it("loses nothing and keeps the order when the broker is killed twice in the middle of deliveries", async () => {
    await kafka.createTopic("killed", 3);
    const { sink } = aSink("killed", { timeoutMs: 3_000 });
    const events = Array.from({ length: 4_000 }, (_, n) => anEvent({ id: `k-${n}` }));
    const { forwarder, settled, quarantine } = await aRun(sink, events, 40);
    for (const delivered of [400, 1_600]) {
      await expect
        .poll(() => forwarder.state().counts.delivered, { timeout: 60_000, interval: 5 })
        .toBeGreaterThan(delivered);
      await kafka.kill9();
      await expect.poll(() => forwarder.state().lastError, { timeout: 20_000 }).not.toBeNull();
      expect(forwarder.state().counts.delivered).toBeLessThan(events.length);
      await kafka.start();
    }
    await settled();
    expect(quarantine.count).toBe(0);
    const ids = events.map(({ id }) => id);
    const records = await readIds(kafka, "killed", ids);
    expect(new Set(records.map(idOf)).size).toBe(ids.length);
    for (const inOrder of firstsByPartition(records)) {
      const own = new Set(inOrder);
      expect(inOrder).toEqual(ids.filter((id) => own.has(id)));
    }
  });

  it("is `paused` while the topic is missing, does not create it, and delivers once it is there", async () => {
    const { sink } = aSink("missing");
    const { forwarder, settled } = await aRun(
      sink,
      [1, 2, 3].map((n) => anEvent({ id: `m-${n}` })),
    );
    await expect
      .poll(() => forwarder.state().lastError, { timeout: 20_000 })
      .toMatchObject({ code: "ENDPOINT_PAUSED" });
    const admin = kafka.client().admin();
    await admin.connect();
    expect(await admin.listTopics()).not.toContain("missing");
    await admin.disconnect();
    await kafka.createTopic("missing", 2);
    await settled();
    const records = await kafka.consumeAll("missing", 3);
    expect(records.map(idOf).toSorted()).toEqual(["m-1", "m-2", "m-3"]);
  });

  it("splits a batch above the topic's limit down to the one event that is too large, which rests", async () => {
    await kafka.createTopic("small", 2, { "max.message.bytes": String(MESSAGE_BYTES_MAX) });
    const { sink } = aSink("small");
    const bytes = Buffer.alloc(2 * MESSAGE_BYTES_MAX, "x");
    const events = Array.from({ length: 80 }, (_, n) =>
      anEvent({
        id: `s-${n}`,
        ...(n === 33 ? { original: { bytes, sha256: "", truncatedFromBytes: null } } : {}),
      }),
    );
    expect(await sink.deliver(entriesOf(events), NEVER)).toMatchObject({ status: "tooLarge" });
    const { settled, quarantine } = await aRun(sink, events);
    await settled();
    const resting = [];
    for await (const one of quarantine.list()) resting.push([one.eventId, one.code]);
    expect(resting).toEqual([["s-33", "too-large"]]);
    const ids = events.map(({ id }) => id).filter((id) => id !== "s-33");
    const records = await readIds(kafka, "small", ids);
    expect([...new Set(records.map(idOf))].toSorted()).toEqual(ids.toSorted());
  });

  it.each([
    ["at", 0, "delivered"],
    ["a byte above", 1, "tooLarge"],
  ] as const)(
    "agrees with the broker on the size of a message %s the limit",
    async (at, more, status) => {
      const entry = anEntry({ id: "sized" });
      const options = { encoding: "json", key: "eventId" } as const;
      const { sizeBytes } = messageOf(entry, options, Date.now() * 1_000);
      const topic = `sized-${more}`;
      await kafka.createTopic(topic, 1, { "max.message.bytes": String(sizeBytes - more) });
      // The sink's own limit is far above: it is the broker that judges.
      const { sink } = aSink(topic, options);
      expect(await sink.deliver([entry], NEVER), at).toMatchObject({ status });
    },
  );

  it("delivers events of any age and of the future, which a broker would judge by their time", async () => {
    await kafka.createTopic("old", 1, { "retention.ms": "60000" });
    const { sink } = aSink("old");
    const micros = Date.now() * 1_000;
    const entries = [1, micros - 400 * 86_400e6, micros + 86_400e6].map((occurredAt) =>
      anEntry({ occurredAt }),
    );
    expect(await sink.deliver(entries, NEVER)).toEqual({ status: "delivered" });
    const times = (await fetchTimes(kafka, "old", 3)).map((time) => Math.abs(time - Date.now()));
    expect(Math.max(...times)).toBeLessThan(60_000);
  });

  it("answers `retry` within its deadline to a broker that is frozen, and a late request overtakes nothing", async () => {
    await kafka.createTopic("frozen", 1);
    const { sink } = aSink("frozen", { timeoutMs: 1_500 });
    const entries = someEntries(10);
    const [first, second] = [entries.slice(0, 5), entries.slice(5)];
    expect(await sink.deliver([anEntry({ id: "event-0" })], NEVER)).toEqual({
      status: "delivered",
    });
    await kafka.pause();
    try {
      for (let attempts = 0; attempts < 2; attempts++) {
        const start = performance.now();
        expect(await sink.deliver(first, NEVER)).toMatchObject({ status: "retry" });
        expect(performance.now() - start).toBeLessThan(1_500 + 500);
      }
    } finally {
      await kafka.unpause();
    }
    await expect
      .poll(async () => (await sink.deliver(first, NEVER)).status, { timeout: 20_000 })
      .toBe("delivered");
    expect(await sink.deliver(second, NEVER)).toEqual({ status: "delivered" });
    const ids = ["event-0", ...entries.map(({ id }) => id)];
    const records = await readIds(kafka, "frozen", ids);
    expect(firstsByPartition(records)).toEqual([ids]);
  });

  it("answers `retry` soon after its signal is aborted, and delivers the same batch afterwards", async () => {
    await kafka.createTopic("aborted", 1);
    const { sink } = aSink("aborted");
    const entries = someEntries(3);
    await kafka.pause();
    try {
      const start = performance.now();
      const delivery = sink.deliver(entries, AbortSignal.timeout(100));
      expect(await delivery).toMatchObject({ status: "retry" });
      expect(performance.now() - start).toBeLessThan(100 + 300);
    } finally {
      await kafka.unpause();
    }
    expect(await sink.deliver(entries, NEVER)).toEqual({ status: "delivered" });
  });

  it("does not take a partition for delivered that kafkajs answers nothing for", async () => {
    await kafka.createTopic("shrunk", 4);
    const { sink } = aSink("shrunk");
    expect(await sink.deliver(someEntries(1), NEVER)).toEqual({ status: "delivered" });
    const spec = specOf(kafka.bootstrap(), "shrunk");
    const connection = createConnection(spec, linesOfLog());
    onTestFinished(() => connection.cut("the test is over"));
    expect(await connection.partitionCount()).toBe(4);
    const message = messageOf(anEntry({ id: "lost?" }), spec, Date.now() * 1_000);
    await connection.produce(3, [message]);
    const admin = kafka.client().admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ["shrunk"] });
    await expect.poll(() => admin.listTopics(), { timeout: 20_000 }).not.toContain("shrunk");
    await admin.disconnect();
    await kafka.createTopic("shrunk", 1);
    // The first answer makes kafkajs read the topic again; after that it knows no leader of partition 3, and answers nothing.
    await expect(connection.produce(3, [message])).rejects.toThrow();
    await expect(connection.produce(3, [message])).rejects.toThrow(
      'Cannot confirm partition 3 of topic "shrunk": the broker answered nothing of it',
    );
    const entries = someEntries(20);
    await expect
      .poll(async () => (await sink.deliver(entries, NEVER)).status, { timeout: 20_000 })
      .toBe("delivered");
    const records = await readIds(
      kafka,
      "shrunk",
      entries.map(({ id }) => id),
    );
    expect(new Set(records.map(({ partition }) => partition))).toEqual(new Set([0]));
  });
});

function specOf(bootstrap: string, topic: string): KafkaEndpoint {
  return {
    bootstrapEndpoints: [bootstrap],
    topic,
    encoding: "json",
    key: "none",
    tls: null,
    sasl: null,
    timeoutMs: 10_000,
    messageBytesMax: 1_048_588,
  };
}

/** The broker's times of the first records of a topic's only partition. */
async function fetchTimes(
  kafka: KafkaServer,
  topic: string,
  count: number,
): Promise<readonly number[]> {
  const consumer = kafka.client().consumer({ groupId: `times-of-${topic}` });
  const times: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ message }) => {
        times.push(Number(message.timestamp));
        if (times.length === count) resolve();
        return Promise.resolve();
      },
    });
    await promise;
  } finally {
    await consumer.disconnect();
  }
  return times;
}
