import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
} from "kafkajs";
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
import { accountOf, idOf, run } from "./bench.ts";

const NEVER = new AbortController().signal;
const PASSWORD = "analytical-engine";
const POLL = { timeout: 20_000, interval: 5 };
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
      // Whoever comes without a name, as the brokers themselves and the tests' own clients do, may do anything.
      properties: {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": true,
      },
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
      .poll(() => forwarder.state().lastError, POLL)
      .toMatchObject({ code: "ENDPOINT_PAUSED" });
    expect(quarantine.count).toBe(0);
  });

  it.each(["PLAIN", "SCRAM-SHA-256"] as const)(
    "with a wrong password (%s) holds its events, says why without it, and a start with the right one delivers all, once",
    async (mechanism) => {
      const topic = `password-${mechanism}`;
      await kafka.createTopic(topic, 2);
      const events = Array.from({ length: 200 }, (_, n) => anEvent({ id: `${topic}-${n}` }));
      const wrong = aSink("sasl", { topic, sasl: login(mechanism, WRONG_PASSWORD) });
      const refused = await run(wrong.sink, events);
      onTestFinished(refused.stop);
      await expect.poll(refused.retries, POLL).toBeGreaterThan(1);
      expect(refused.counts()).toMatchObject({ delivered: 0, quarantined: 0, waiting: 200 });
      const { lastError } = refused.forwarder.state();
      expect(lastError).toMatchObject({ code: "ENDPOINT_PAUSED" });
      expect(lastError?.cause).toMatch(/authentication/i);
      expect(JSON.stringify([refused.forwarder.state(), wrong.logged])).not.toContain(
        WRONG_PASSWORD,
      );
      expect(refused.forwarder.settledTo.sequence).toBe(0);
      await refused.stop();
      const right = aSink("sasl", { topic, sasl: login(mechanism) });
      const accepted = await run(right.sink, events);
      onTestFinished(accepted.stop);
      await accepted.settled();
      expect(await accountOf(kafka, topic, accepted.ids)).toEqual({
        lost: [],
        copies: 0,
        disordered: 0,
      });
    },
  );

  it("whose right to write is taken away in the middle is paused, and delivers the rest when it has it again; another topic goes on", async () => {
    const sasl = login("SCRAM-SHA-512");
    await kafka.createTopic("denied", 2);
    await kafka.createTopic("allowed", 2);
    await allow("denied", ["describe", "write"]);
    const events = Array.from({ length: 1_500 }, (_, n) => anEvent({ id: `denied-${n}` }));
    const sending = await run(aSink("sasl", { topic: "denied", sasl }).sink, events, 30);
    onTestFinished(sending.stop);
    await expect.poll(() => sending.counts().delivered, POLL).toBeGreaterThan(100);
    await allow("denied", ["describe"]);
    await expect
      .poll(() => sending.forwarder.state().lastError, POLL)
      .toMatchObject({
        code: "ENDPOINT_PAUSED",
        cause: expect.stringMatching(/TOPIC_AUTHORIZATION_FAILED/) as string,
      });
    const { delivered, quarantined } = sending.counts();
    expect([delivered < events.length, quarantined]).toEqual([true, 0]);
    await expectDelivery(aSink("sasl", { topic: "allowed", sasl }), "allowed");
    await allow("denied", ["describe", "write"]);
    await sending.settled();
    expect(await accountOf(kafka, "denied", sending.ids)).toMatchObject({
      lost: [],
      disordered: 0,
    });
  });

  /** From now on ada may do this to the topic, and nothing else. */
  async function allow(
    topic: string,
    operations: readonly ("describe" | "write")[],
  ): Promise<void> {
    const admin = kafka.client().admin();
    await admin.connect();
    const resource = { resourceType: AclResourceTypes.TOPIC, resourceName: topic };
    const pattern = { ...resource, resourcePatternType: ResourcePatternTypes.LITERAL };
    try {
      const any = {
        operation: AclOperationTypes.ANY,
        permissionType: AclPermissionTypes.ANY,
      };
      // The new ones first, so that there is never a moment without one: then everybody might do anything.
      const acl = operations.map((operation) => ({
        ...pattern,
        principal: "User:ada",
        host: "*",
        operation: operation === "write" ? AclOperationTypes.WRITE : AclOperationTypes.DESCRIBE,
        permissionType: AclPermissionTypes.ALLOW,
      }));
      await admin.createAcls({ acl });
      if (!operations.includes("write"))
        await admin.deleteAcls({
          filters: [{ ...pattern, ...any, operation: AclOperationTypes.WRITE }],
        });
    } finally {
      await admin.disconnect();
    }
  }
});
