import { beforeAll, describe, expect, it } from "vitest";
import { reachEndpoint, type Reached } from "../../../src/forward/reach.ts";
import type { KafkaEndpoint } from "../../../src/model/relay.ts";
import { Secret } from "../../../src/model/secret.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { requireEngine } from "../../support/containers/engine.ts";
import { startKafka, type KafkaServer } from "../../support/containers/kafka.ts";
import { makeCertificates, type Certificates } from "../../support/containers/tls.ts";
import { silentLog } from "../../support/silent-log.ts";

const DEPS = { organization: "acme", disk: nodeDisk, clock: systemClock, log: silentLog };

describe.skipIf(!(await requireEngine()))("reaching Kafka without delivering", () => {
  let certificates: Certificates;
  let kafka: KafkaServer;

  beforeAll(async () => {
    certificates = await makeCertificates();
    kafka = await startKafka({
      listeners: ["sasl"],
      certificates,
      users: { ada: "analytical-engine" },
      properties: { "auto.create.topics.enable": true, "message.max.bytes": 123_456 },
    });
    await kafka.createTopic("support-access", 2);
    return async () => {
      await kafka.remove();
      await certificates.remove();
    };
  });

  function reach(topic: string, spec: Partial<KafkaEndpoint> = {}): Promise<Reached> {
    const endpoint: KafkaEndpoint = {
      bootstrapEndpoints: [kafka.bootstrap("sasl")],
      topic,
      encoding: "json",
      key: "none",
      tls: null,
      sasl: { mechanism: "PLAIN", username: "ada", password: new Secret("analytical-engine") },
      timeoutMs: 10_000,
      messageBytesMax: 1_000_000,
      ...spec,
    };
    const common = { slug: "bus", displayName: "Bus" };
    return reachEndpoint({ ...common, spec: { kind: "kafka", ...endpoint } }, DEPS);
  }

  it("says that the topic is there, and how large a message of it may be", async () => {
    expect(await reach("support-access")).toEqual({
      outcome: { status: "delivered" },
      date: null,
      messageBytesMax: 123_456,
    });
    expect(await kafka.consumeAll("support-access", 0)).toEqual([]);
  });

  it("names a topic that is missing, and does not make it", async () => {
    for (const _time of [1, 2]) {
      const { outcome } = await reach("no-such-topic");
      expect(outcome).toMatchObject({ status: "paused" });
    }
  });

  it("tells a wrong password from a broker that is not there", async () => {
    const sasl = { mechanism: "PLAIN", username: "ada", password: new Secret("wrong") } as const;
    const wrong = await reach("support-access", { sasl });
    expect(wrong.outcome).toMatchObject({ status: "paused" });
    expect(JSON.stringify(wrong)).not.toContain("analytical-engine");
    const away = await reach("support-access", { bootstrapEndpoints: ["127.0.0.1:9"] });
    expect(away.outcome).toMatchObject({ status: "retry" });
  });
});
