import { CompressionTypes, Partitioners, type Kafka } from "kafkajs";
import { beforeAll, describe, expect, it } from "vitest";

import { requireEngine } from "../../support/containers/engine.ts";
import { kafkaClient } from "../../support/containers/kafka-client.ts";
import { startKafka, type KafkaServer } from "../../support/containers/kafka.ts";
import { makeCertificates, type Certificates } from "../../support/containers/tls.ts";

describe.skipIf(!(await requireEngine()))("a Kafka broker with secured listeners", () => {
  let certificates: Certificates;
  let kafka: KafkaServer;

  beforeAll(async () => {
    certificates = await makeCertificates();
    kafka = await startKafka({
      listeners: ["sasl", "saslTls", "tls", "mtls"],
      certificates,
      users: { ada: "analytical-engine" },
    });
    return async () => {
      await kafka.remove();
      await certificates.remove();
    };
  });

  async function expectDelivery(topic: string, client: Kafka): Promise<void> {
    await kafka.createTopic(topic, 1);
    const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      const messages = [{ value: "proven" }];
      await producer.send({ topic, messages, compression: CompressionTypes.ZSTD });
    } finally {
      await producer.disconnect();
    }
    const [record] = await kafka.consumeAll(topic, 1);
    expect(record?.value.toString()).toBe("proven");
  }

  it.each(["plain", "scram-sha-256", "scram-sha-512"] as const)(
    "accepts a password over SASL %s without TLS",
    async (mechanism) => {
      const sasl = {
        mechanism: mechanism as "plain",
        username: "ada",
        password: "analytical-engine",
      };
      await expectDelivery(`sasl-${mechanism}`, kafkaClient(kafka.bootstrap("sasl"), { sasl }));
    },
  );

  it("accepts SCRAM over TLS", async () => {
    const client = kafkaClient(kafka.bootstrap("saslTls"), {
      sasl: { mechanism: "scram-sha-512", username: "ada", password: "analytical-engine" },
      ssl: { ca: certificates.ca },
    });
    await expectDelivery("sasl-tls", client);
  });

  it("accepts a client that checks the server's certificate only", async () => {
    const ssl = { ca: certificates.ca };
    await expectDelivery("tls", kafkaClient(kafka.bootstrap("tls"), { ssl }));
  });

  it("accepts a client certificate of its own authority", async () => {
    const { ca, client } = certificates;
    const ssl = { ca, key: client.key, cert: client.cert };
    await expectDelivery("mtls", kafkaClient(kafka.bootstrap("mtls"), { ssl }));
  });

  it.each([
    ["a wrong password", "saslTls", { sasl: "difference-engine" }],
    ["no client certificate", "mtls", {}],
  ] as const)("refuses %s", async (_, listener, credentials) => {
    const client = kafkaClient(kafka.bootstrap(listener), {
      ssl: { ca: certificates.ca },
      retry: { retries: 0 },
      ...("sasl" in credentials && {
        sasl: { mechanism: "scram-sha-512", username: "ada", password: credentials.sasl },
      }),
    });
    const admin = client.admin();
    const connected = admin.connect();
    await expect(connected.then(() => admin.listTopics())).rejects.toThrow();
    await admin.disconnect();
  });
});
