import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { KafkaEndpoint, TlsOptions } from "../../../src/model/relay.ts";
import { Secret } from "../../../src/model/secret.ts";
import { requireEngine } from "../../support/containers/engine.ts";
import {
  startKafka,
  type KafkaListener,
  type KafkaServer,
} from "../../support/containers/kafka.ts";
import { makeCertificates, type Certificates, type KeyPair } from "../../support/containers/tls.ts";
import { anEvent, someEntries } from "../../support/entries.ts";
import { aKafkaSink, type KafkaSinkUnderTest } from "../../unit/forward/kafka/a-kafka-sink.ts";
import { idOf, run } from "./bench.ts";

const NEVER = new AbortController().signal;
const PASSWORD = "analytical-engine";
const WRONG_PASSWORD = "difference-engine";

describe.skipIf(!(await requireEngine()))("the Kafka sink and a secured broker", () => {
  let certificates: Certificates;
  let strangers: Certificates;
  let kafka: KafkaServer;

  beforeAll(async () => {
    [certificates, strangers] = await Promise.all([makeCertificates(), makeCertificates()]);
    kafka = await startKafka({
      listeners: ["sasl", "saslTls", "tls", "mtls"],
      certificates,
      users: { ada: PASSWORD },
    });
    return async () => {
      await kafka.remove();
      await certificates.remove();
      await strangers.remove();
    };
  });

  function aSink(
    listener: KafkaListener,
    spec: Partial<KafkaEndpoint> & Pick<KafkaEndpoint, "topic">,
  ): KafkaSinkUnderTest {
    const bootstrapEndpoints = [kafka.bootstrap(listener)];
    const made = aKafkaSink({ bootstrapEndpoints, timeoutMs: 10_000, ...spec });
    onTestFinished(() => made.sink.close());
    return made;
  }

  function login(
    mechanism: NonNullable<KafkaEndpoint["sasl"]>["mechanism"],
    password: string = PASSWORD,
  ): KafkaEndpoint["sasl"] {
    return { mechanism, username: "ada", password: new Secret(password) };
  }

  function trust({ ca }: Certificates, client: KeyPair | null = null): TlsOptions {
    return {
      certificateAuthority: ca,
      client: client && { certificate: client.cert, key: new Secret(client.key) },
    };
  }

  async function expectDelivery({ sink }: KafkaSinkUnderTest, topic: string): Promise<void> {
    expect(await sink.deliver(someEntries(3), NEVER)).toEqual({ status: "delivered" });
    const records = await kafka.consumeAll(topic, 3);
    expect(records.map(idOf)).toEqual(["event-1", "event-2", "event-3"]);
  }

  it.each(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const)(
    "delivers after a login with %s",
    async (mechanism) => {
      const topic = `login-${mechanism}`;
      await kafka.createTopic(topic, 1);
      await expectDelivery(aSink("sasl", { topic, sasl: login(mechanism) }), topic);
    },
  );

  it("delivers after a login with SCRAM over TLS with a private authority", async () => {
    await kafka.createTopic("scram-tls", 1);
    const spec = { topic: "scram-tls", sasl: login("SCRAM-SHA-512"), tls: trust(certificates) };
    await expectDelivery(aSink("saslTls", spec), "scram-tls");
  });

  it("delivers with a client certificate", async () => {
    await kafka.createTopic("mtls", 1);
    const spec = { topic: "mtls", tls: trust(certificates, certificates.client) };
    await expectDelivery(aSink("mtls", spec), "mtls");
  });

  it.each([
    [
      "a wrong password with SCRAM",
      "sasl",
      () => ({ sasl: login("SCRAM-SHA-512", WRONG_PASSWORD) }),
    ],
    ["a wrong password with PLAIN", "sasl", () => ({ sasl: login("PLAIN", WRONG_PASSWORD) })],
    [
      "a wrong password over TLS",
      "saslTls",
      () => ({ sasl: login("SCRAM-SHA-256", WRONG_PASSWORD), tls: trust(certificates) }),
    ],
    ["a server certificate of an unknown authority", "tls", () => ({ tls: trust(strangers) })],
    [
      "a server certificate of a private authority that is not configured",
      "tls",
      () => ({ tls: { certificateAuthority: null, client: null } }),
    ],
    ["no client certificate where one is asked for", "mtls", () => ({ tls: trust(certificates) })],
    [
      "a client certificate of an unknown authority",
      "mtls",
      () => ({ tls: trust(certificates, strangers.client) }),
    ],
  ] as const)("is `paused` for %s, and says no secret", async (_, listener, options) => {
    await kafka.createTopic("closed", 1).catch(() => undefined);
    const { sink, logged } = aSink(listener, { topic: "closed", ...options() });
    for (let attempts = 0; attempts < 2; attempts++) {
      const delivery = await sink.deliver(someEntries(1), NEVER);
      expect(delivery).toMatchObject({ status: "paused" });
      const said = JSON.stringify([delivery, logged]);
      for (const form of ["utf8", "base64", "hex"] as const)
        expect(said).not.toContain(Buffer.from(WRONG_PASSWORD).toString(form));
      expect(said).not.toContain("PRIVATE KEY");
    }
  });

  it.each([
    ["no login where one is asked for", "sasl", {}],
    ["no TLS where it is asked for", "tls", {}],
  ] as const)("delivers nothing with %s, and says so", async (_, listener, options) => {
    const { sink } = aSink(listener, { topic: "closed", timeoutMs: 2_000, ...options });
    const delivery = await sink.deliver(someEntries(1), NEVER);
    expect(["retry", "paused"]).toContain(delivery.status);
    expect(delivery).toHaveProperty("cause", expect.stringMatching(/./));
  });

  it("with the right password delivers although a sink with a wrong one was there before", async () => {
    await kafka.createTopic("corrected", 1);
    const wrong = login("SCRAM-SHA-512", WRONG_PASSWORD);
    const { sink } = aSink("sasl", { topic: "corrected", sasl: wrong });
    expect(await sink.deliver(someEntries(1), NEVER)).toMatchObject({ status: "paused" });
    const right = login("SCRAM-SHA-512");
    await expectDelivery(aSink("sasl", { topic: "corrected", sasl: right }), "corrected");
  });

  it("with a wrong password makes its pipeline say that the endpoint is paused", async () => {
    await kafka.createTopic("told", 1);
    const { sink } = aSink("sasl", { topic: "told", sasl: login("PLAIN", WRONG_PASSWORD) });
    const { forwarder, stop, quarantine } = await run(sink, [anEvent()]);
    onTestFinished(stop);
    await expect
      .poll(() => forwarder.state().lastError, { timeout: 20_000 })
      .toMatchObject({ code: "ENDPOINT_PAUSED" });
    expect(quarantine.count).toBe(0);
  });
});
