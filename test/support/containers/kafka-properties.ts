import type { Certificates } from "./tls.ts";

/** `tls` proves the server only; `mtls` asks the client for a certificate too; `saslTls` for a name and password. */
export type KafkaListener = "plain" | "sasl" | "saslTls" | "tls" | "mtls";

interface ListenerKind {
  readonly protocol: "PLAINTEXT" | "SASL_PLAINTEXT" | "SASL_SSL" | "SSL";
  /** Inside the container. */
  readonly port: number;
}

export const LISTENERS: Readonly<Record<KafkaListener, ListenerKind>> = {
  plain: { protocol: "PLAINTEXT", port: 9092 },
  sasl: { protocol: "SASL_PLAINTEXT", port: 9094 },
  saslTls: { protocol: "SASL_SSL", port: 9095 },
  tls: { protocol: "SSL", port: 9096 },
  mtls: { protocol: "SSL", port: 9097 },
};

export const SCRAM_MECHANISMS = ["SCRAM-SHA-256", "SCRAM-SHA-512"] as const;
export const KEYSTORE = "/tmp/broker.pem";
export const TRUSTSTORE = "/tmp/ca.pem";

export type Properties = Readonly<Record<string, string | number | boolean>>;

/** The host port of every listener that the broker has. */
export type ListenerPorts = ReadonlyMap<KafkaListener, number>;

/** One broker that is its own controller, small and quick to come back after a kill. */
export function brokerProperties(
  ports: ListenerPorts,
  users: Readonly<Record<string, string>>,
  certificates: Certificates | undefined,
): Properties {
  return { ...BASE, ...addresses(ports), ...sasl(ports, users), ...(certificates ? TLS : {}) };
}

/** One of two brokers that share a container; the first is the controller too. Their only listener for clients is a plain one. */
export function clusterProperties(broker: {
  readonly id: 1 | 2;
  /** Which clients are told, on 127.0.0.1. */
  readonly port: number;
  /** Of its data. */
  readonly folder: string;
}): { readonly properties: Properties; readonly containerPort: number } {
  const { id, port, folder } = broker;
  const containerPort = LISTENERS.plain.port + 100 * id;
  const internal = `INTERNAL://localhost:${19_091 + id}`;
  const outside = `PLAIN://0.0.0.0:${containerPort}`;
  const isController = id === 1;
  const properties = {
    ...BASE,
    "node.id": id,
    "process.roles": isController ? "broker,controller" : "broker",
    "log.dirs": folder,
    listeners: [...(isController ? ["CONTROLLER://localhost:9093"] : []), internal, outside].join(),
    "advertised.listeners": [internal, `PLAIN://127.0.0.1:${port}`].join(),
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,PLAIN:PLAINTEXT",
    // A replica that does not follow holds up acks from all no longer than this: 30 s by default.
    "replica.lag.time.max.ms": 2_000,
  };
  return { properties, containerPort };
}

export function propertiesText(properties: Properties): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

const BASE: Properties = {
  "process.roles": "broker,controller",
  "node.id": 1,
  "controller.quorum.voters": "1@localhost:9093",
  "controller.listener.names": "CONTROLLER",
  "inter.broker.listener.name": "INTERNAL",
  "log.dirs": "/tmp/kafka-data",
  "auto.create.topics.enable": false,
  "offsets.topic.replication.factor": 1,
  "offsets.topic.num.partitions": 1,
  "transaction.state.log.replication.factor": 1,
  "transaction.state.log.min.isr": 1,
  "transaction.state.log.num.partitions": 1,
  "share.coordinator.state.topic.replication.factor": 1,
  "share.coordinator.state.topic.min.isr": 1,
  "group.initial.rebalance.delay.ms": 0,
  // After kill -9 a broker waits until its own former session has ended: 6 s in all with these, 15 s by default.
  "broker.session.timeout.ms": 1000,
  "broker.heartbeat.interval.ms": 250,
  "controller.quorum.election.timeout.ms": 200,
  // Less memory and fewer threads; the tests share two cores with it.
  "log.cleaner.dedupe.buffer.size": 4_194_304,
  "num.network.threads": 1,
  "num.io.threads": 2,
  "background.threads": 2,
};

const TLS: Properties = {
  "ssl.keystore.type": "PEM",
  "ssl.keystore.location": KEYSTORE,
  "ssl.truststore.type": "PEM",
  "ssl.truststore.location": TRUSTSTORE,
  "listener.name.mtls.ssl.client.auth": "required",
};

function addresses(ports: ListenerPorts): Properties {
  const names = [...ports.keys()];
  const inside = names.map((name) => `${name.toUpperCase()}://0.0.0.0:${LISTENERS[name].port}`);
  const outside = [...ports].map(([name, port]) => `${name.toUpperCase()}://127.0.0.1:${port}`);
  const protocols = names.map((name) => `${name.toUpperCase()}:${LISTENERS[name].protocol}`);
  const internal = "INTERNAL://localhost:19092";
  return {
    listeners: ["CONTROLLER://localhost:9093", internal, ...inside].join(","),
    "advertised.listeners": [internal, ...outside].join(","),
    "listener.security.protocol.map": [
      "CONTROLLER:PLAINTEXT",
      "INTERNAL:PLAINTEXT",
      ...protocols,
    ].join(","),
  };
}

function sasl(ports: ListenerPorts, users: Readonly<Record<string, string>>): Properties {
  const names = (["sasl", "saslTls"] as const).filter((name) => ports.has(name));
  if (names.length === 0) return {};
  const logins = Object.entries(users).map(([user, password]) => `user_${user}="${password}"`);
  const module = "org.apache.kafka.common.security";
  const jaas = (name: string): [string, string][] => {
    const prefix = `listener.name.${name.toLowerCase()}`;
    return [
      [
        `${prefix}.plain.sasl.jaas.config`,
        `${module}.plain.PlainLoginModule required ${logins.join(" ")};`,
      ],
      ...SCRAM_MECHANISMS.map((mechanism): [string, string] => [
        `${prefix}.${mechanism.toLowerCase()}.sasl.jaas.config`,
        `${module}.scram.ScramLoginModule required;`,
      ]),
    ];
  };
  return {
    "sasl.enabled.mechanisms": ["PLAIN", ...SCRAM_MECHANISMS].join(","),
    ...Object.fromEntries(names.flatMap(jaas)),
  };
}
