import { createSecureContext } from "node:tls";
import { Kafka, logLevel, type KafkaConfig, type LogEntry } from "kafkajs";
import type { KafkaEndpoint, TlsOptions } from "../../model/relay.ts";
import type { Log } from "../../ports/log.ts";
import { calmRequestQueues } from "./request-queue.ts";
import type { Sockets } from "./sockets.ts";

calmRequestQueues();

/** Beyond this another of the bootstrap endpoints is worth more than patience. */
const CONNECT_MS_MAX = 10_000;

/**
 * A client of this endpoint. Made afresh for every connection, with options of its own: kafkajs keeps what it learned of a login
 * in the object it was given, and would log in with an old password. Throws where the certificate or its key cannot be read.
 */
export function kafkaClient(
  endpoint: KafkaEndpoint,
  { sockets, log }: { readonly sockets: Sockets; readonly log: Log },
): Kafka {
  const config: KafkaConfig = {
    clientId: "chaperone",
    brokers: [...endpoint.bootstrapEndpoints],
    connectionTimeout: Math.min(endpoint.timeoutMs, CONNECT_MS_MAX),
    authenticationTimeout: endpoint.timeoutMs,
    requestTimeout: endpoint.timeoutMs,
    socketFactory: sockets.create,
    // Trying again is the forwarder's: kafkajs could otherwise resolve a send of which a part was never written.
    retry: { retries: 0 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => pass(entry, log),
  };
  if (endpoint.tls !== null) config.ssl = tlsOf(endpoint.tls);
  if (endpoint.sasl !== null) config.sasl = saslOf(endpoint.sasl);
  return new Kafka(config);
}

const MECHANISMS = {
  PLAIN: "plain",
  "SCRAM-SHA-256": "scram-sha-256",
  "SCRAM-SHA-512": "scram-sha-512",
} as const;

function saslOf({
  mechanism,
  username,
  password,
}: NonNullable<KafkaEndpoint["sasl"]>): NonNullable<KafkaConfig["sasl"]> {
  // The types of kafkajs tie every mechanism to options of its own; those of these three are the same.
  return { mechanism: MECHANISMS[mechanism] as "plain", username, password: password.reveal() };
}

/** Read here and not at the first connection, where kafkajs would keep the text of a fault and not its code. */
function tlsOf(tls: TlsOptions): NonNullable<KafkaConfig["ssl"]> {
  const secureContext = createSecureContext({
    ...(tls.certificateAuthority === null ? {} : { ca: tls.certificateAuthority }),
    ...(tls.client === null ? {} : { cert: tls.client.certificate, key: tls.client.key.reveal() }),
  });
  return { secureContext };
}

/** What kafkajs says of itself is of interest when something is looked into; what it means for a batch is in the outcome. */
function pass(entry: LogEntry, log: Log): void {
  log.debug({ client: "kafka", detail: entry.log.message }, "The Kafka client reports");
}
