import type { Kafka } from "kafkajs";

import { consumeAll, type KafkaRecord, type Until } from "./consume.ts";
import { RunningContainer } from "./container.ts";
import { kafkaClient } from "./kafka-client.ts";
import {
  brokerProperties,
  KEYSTORE,
  LISTENERS,
  propertiesText,
  SCRAM_MECHANISMS,
  TRUSTSTORE,
  type KafkaListener,
  type ListenerPorts,
  type Properties,
} from "./kafka-properties.ts";
import { freePort } from "./port.ts";
import type { Certificates } from "./tls.ts";

export type { KafkaListener, KafkaRecord, Until };

export const CLUSTER_ID = "Y2hhcGVyb25lLXRlc3RzMQ";
export const SMALL_JVM: Record<string, string> = {
  KAFKA_HEAP_OPTS: "-Xms64m -Xmx256m",
  KAFKA_JVM_PERFORMANCE_OPTS: "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
};
const CONSUME_MAX_MS = 30_000;
const CREATE_TOPIC_MAX_MS = 20_000;

export interface KafkaOptions {
  /** `plain` is always there beside these: the handle itself works through it. */
  readonly listeners?: readonly KafkaListener[];
  /** Needed by `tls`, `mtls` and `saslTls`. */
  readonly certificates?: Certificates;
  /** Passwords by name; they log in with PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. Letters, digits, `.`, `_` and `-` only. */
  readonly users?: Readonly<Record<string, string>>;
  /** Further server properties, e.g. `{ "message.max.bytes": 10_000 }`. */
  readonly properties?: Properties;
}

/** A Kafka broker in a container. Its addresses and data last until `remove()`, through kills and restarts. */
export class KafkaServer {
  readonly #container: RunningContainer;
  readonly #ports: ListenerPorts;

  constructor(container: RunningContainer, ports: ListenerPorts) {
    this.#container = container;
    this.#ports = ports;
  }

  /** The address of a listener, as host and port. */
  bootstrap(listener: KafkaListener = "plain"): string {
    const port = this.#ports.get(listener);
    if (port === undefined) throw new Error(`Kafka was started without the listener "${listener}"`);
    return `127.0.0.1:${port}`;
  }

  /** A new kafkajs client of the plain listener. */
  client(): Kafka {
    return kafkaClient(this.bootstrap());
  }

  kill9(): Promise<void> {
    return this.#container.kill9();
  }

  /** Ends the broker in good order; `start()` brings it back, `remove()` takes it away. */
  stop(): Promise<void> {
    return this.#container.stop();
  }

  start(): Promise<void> {
    return this.#container.start();
  }

  pause(): Promise<void> {
    return this.#container.pause();
  }

  unpause(): Promise<void> {
    return this.#container.unpause();
  }

  remove(): Promise<void> {
    return this.#container.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.remove();
  }

  async createTopic(
    topic: string,
    partitions: number,
    config: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const admin = this.client().admin();
    await admin.connect();
    try {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      const topics = [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }];
      await admin.createTopics({ topics, waitForLeaders: true, timeout: CREATE_TOPIC_MAX_MS });
    } finally {
      await admin.disconnect();
    }
  }

  /** Reads a topic from its beginning through the plain listener, see `consume.ts`. */
  consumeAll(
    topic: string,
    until: Until,
    timeoutMs: number = CONSUME_MAX_MS,
  ): Promise<KafkaRecord[]> {
    return consumeAll(this.client(), topic, until, timeoutMs);
  }
}

/** Starts a broker and returns when it is ready, after 6 to 10 s on a busy machine. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const { users = {}, certificates, properties = {} } = options;
  const listeners = [...new Set<KafkaListener>(["plain", ...(options.listeners ?? [])])];
  check(listeners, users, certificates);
  const ports = new Map<KafkaListener, number>();
  for (const listener of listeners) ports.set(listener, await freePort());
  const settings = { ...brokerProperties(ports, users, certificates), ...properties };
  const container = await RunningContainer.launch({
    image: process.env["KAFKA_IMAGE"] ?? "apache/kafka:4.3.1",
    entrypoint: ["/bin/sh", "/tmp/start.sh"],
    command: [],
    ports: [...ports].map(([name, host]) => ({ container: LISTENERS[name].port, host })),
    files: [
      { target: "/tmp/start.sh", content: startScript(users), mode: 0o755 },
      { target: "/tmp/server.properties", content: propertiesText(settings), mode: 0o644 },
      ...(certificates ? certificateFiles(certificates) : []),
    ],
    environment: SMALL_JVM,
    readyLine: "Kafka Server started",
  });
  return new KafkaServer(container, ports);
}

function check(
  listeners: readonly KafkaListener[],
  users: Readonly<Record<string, string>>,
  certificates: Certificates | undefined,
): void {
  const secured = listeners.find((name) => LISTENERS[name].protocol.endsWith("SSL"));
  if (secured && !certificates) {
    throw new Error(`the Kafka listener "${secured}" needs the option "certificates"`);
  }
  for (const word of Object.entries(users).flat()) {
    if (!/^[\w.-]+$/.test(word))
      throw new Error(`not usable as a Kafka user or password: "${word}"`);
  }
}

/** Formats the disk the first time only, so that a restart finds its data. */
function startScript(users: Readonly<Record<string, string>>): string {
  const credentials = Object.entries(users).flatMap(([name, password]) =>
    SCRAM_MECHANISMS.map((kind) => `--add-scram '${kind}=[name=${name},password=${password}]'`),
  );
  const format = `/opt/kafka/bin/kafka-storage.sh format -t ${CLUSTER_ID} -c /tmp/server.properties`;
  return [
    "set -e",
    `[ -f /tmp/kafka-data/meta.properties ] || ${[format, ...credentials].join(" ")}`,
    "exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties",
    "",
  ].join("\n");
}

function certificateFiles({ ca, server }: Certificates): ReturnType<typeof fileOf>[] {
  return [fileOf(KEYSTORE, server.key + server.cert), fileOf(TRUSTSTORE, ca)];
}

function fileOf(
  target: string,
  content: string,
): { target: string; content: string; mode: number } {
  return { target, content, mode: 0o644 };
}
