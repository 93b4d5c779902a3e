import type { Kafka } from "kafkajs";
import { createTcpProxy, type TcpProxy } from "../tcp-proxy/proxy.ts";
import { consumeAll, type KafkaRecord, type Until } from "./consume.ts";
import { RunningContainer } from "./container.ts";
import { kafkaClient } from "./kafka-client.ts";
import { clusterProperties, propertiesText, type Properties } from "./kafka-properties.ts";
import { CLUSTER_ID, SMALL_JVM } from "./kafka.ts";
import { freePort } from "./port.ts";

/** The first one is the controller too, and stays. */
export type BrokerId = 1 | 2;

const BROKERS = [1, 2] as const;
const CONSUME_MAX_MS = 60_000;
const TOPIC_MAX_MS = 20_000;
/** The second broker's disk is in memory, and so small that a test can fill it. */
const SMALL_DISK = "/small-disk";
const SMALL_DISK_OPTIONS = "size=160m,mode=1777";

/**
 * Two Kafka brokers in one container, so that either can come and go alone. Each is reached through a TCP proxy of its own, whose
 * address it tells its clients: all that anybody sends to a broker passes there.
 */
export class KafkaCluster {
  readonly bootstrap: readonly string[];
  readonly #container: RunningContainer;
  readonly #proxies: ReadonlyMap<BrokerId, TcpProxy>;

  constructor(container: RunningContainer, proxies: ReadonlyMap<BrokerId, TcpProxy>) {
    this.#container = container;
    this.#proxies = proxies;
    this.bootstrap = [...proxies.values()].map(({ address }) => address);
  }

  proxy(broker: BrokerId): TcpProxy {
    const proxy = this.#proxies.get(broker);
    if (proxy === undefined) throw new Error(`there is no broker ${broker}`);
    return proxy;
  }

  client(): Kafka {
    return kafkaClient(this.bootstrap.join(","));
  }

  /** `replicas` of each partition; the first of them leads it. */
  async createTopic(
    topic: string,
    replicas: readonly (readonly BrokerId[])[],
    config: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const replicaAssignment = replicas.map((ids, partition) => ({ partition, replicas: [...ids] }));
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    const topics = [{ topic, numPartitions: -1, replicaAssignment, configEntries }];
    await this.#admin((admin) =>
      admin.createTopics({ topics, waitForLeaders: true, timeout: TOPIC_MAX_MS }),
    );
  }

  /** Begins to move a partition to one broker, which leads it when that is done. */
  async movePartition(topic: string, partition: number, to: BrokerId): Promise<void> {
    const partitionAssignment = [{ partition, replicas: [to] }];
    await this.#admin((admin) =>
      admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] }),
    );
  }

  /** Who leads each partition at present. */
  async leaders(topic: string): Promise<readonly number[]> {
    const { topics } = await this.#admin((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    const partitions = topics[0]?.partitions ?? [];
    return partitions.toSorted((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader);
  }

  /** Ends a broker as a power cut would. */
  async kill9(broker: BrokerId): Promise<void> {
    await this.#signal(broker, "KILL");
  }

  /** Freezes a broker: its connections stay open, and it answers nobody. */
  async pause(broker: BrokerId): Promise<void> {
    await this.#signal(broker, "STOP");
  }

  async unpause(broker: BrokerId): Promise<void> {
    await this.#signal(broker, "CONT");
  }

  /** Starts a broker that ended. Returns when it is ready. */
  async start(broker: BrokerId): Promise<void> {
    await this.#container.shell(`/bin/sh /tmp/broker.sh ${broker} >/proc/1/fd/1 2>&1 </dev/null &`);
    await this.#container.ready(1);
  }

  async isRunning(broker: BrokerId): Promise<boolean> {
    const look = `kill -0 "$(cat /tmp/broker-${broker}.pid)" 2>/dev/null && echo yes || echo no`;
    return (await this.#container.shell(look)).trim() === "yes";
  }

  /** Leaves no byte on the disk of the second broker. */
  async fillDisk(): Promise<void> {
    const fill = `cat /opt/kafka/libs/*.jar /opt/kafka/libs/*.jar /opt/kafka/libs/*.jar /opt/kafka/libs/*.jar`;
    await this.#container.shell(`${fill} >${SMALL_DISK}/ballast 2>/dev/null || true`);
  }

  async freeDisk(): Promise<void> {
    await this.#container.shell(`: >${SMALL_DISK}/ballast`);
  }

  /** Reads a topic from its beginning, see `consume.ts`. */
  consumeAll(topic: string, until: Until): Promise<KafkaRecord[]> {
    return consumeAll(this.client(), topic, until, CONSUME_MAX_MS);
  }

  async remove(): Promise<void> {
    for (const proxy of this.#proxies.values()) await proxy.close();
    await this.#container.remove();
  }

  async #signal(broker: BrokerId, signal: "KILL" | "STOP" | "CONT"): Promise<void> {
    await this.#container.shell(`kill -${signal} "$(cat /tmp/broker-${broker}.pid)"`);
  }

  async #admin<T>(work: (admin: ReturnType<Kafka["admin"]>) => Promise<T>): Promise<T> {
    const admin = this.client().admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

/** Starts two brokers and returns when both are ready, after 10 to 20 s on a busy machine. */
export async function startKafkaCluster(properties: Properties = {}): Promise<KafkaCluster> {
  const proxies = new Map<BrokerId, TcpProxy>();
  const ports: { readonly container: number; readonly host: number }[] = [];
  const files = [
    { target: "/tmp/start.sh", content: START, mode: 0o755 },
    { target: "/tmp/broker.sh", content: BROKER, mode: 0o755 },
  ];
  for (const id of BROKERS) {
    const host = await freePort();
    const proxy = await createTcpProxy({ port: host });
    proxies.set(id, proxy);
    const advertised = { id, port: proxy.port, folder: FOLDERS[id] };
    const settings = clusterProperties(advertised);
    ports.push({ container: settings.containerPort, host });
    const content = propertiesText({ ...settings.properties, ...properties });
    files.push({ target: `/tmp/broker-${id}.properties`, content, mode: 0o644 });
  }
  const container = await RunningContainer.launch({
    image: process.env["KAFKA_IMAGE"] ?? "apache/kafka:4.3.1",
    entrypoint: ["/bin/sh", "/tmp/start.sh"],
    command: [],
    ports,
    files,
    environment: SMALL_JVM,
    tmpfs: { [SMALL_DISK]: SMALL_DISK_OPTIONS },
    readyLine: "Kafka Server started",
    servers: BROKERS.length,
  });
  return new KafkaCluster(container, proxies);
}

const FOLDERS: Readonly<Record<BrokerId, string>> = {
  1: "/tmp/broker-1",
  2: `${SMALL_DISK}/broker-2`,
};

/** `$$` stays the same through every exec: it is the broker's. */
const BROKER = `echo $$ >/tmp/broker-$1.pid
exec /opt/kafka/bin/kafka-server-start.sh /tmp/broker-$1.properties
`;

/** The container outlives its brokers; both shells that it may have know \`wait\`, and have busybox for a sleep. */
const START = `set -e
for id in ${BROKERS.join(" ")}; do
  /opt/kafka/bin/kafka-storage.sh format -t ${CLUSTER_ID} -c /tmp/broker-$id.properties
done
for id in ${BROKERS.join(" ")}; do /bin/sh /tmp/broker.sh $id & done
while :; do wait || true; /bin/busybox sleep 1; done
`;
