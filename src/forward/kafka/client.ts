import { Kafka, logLevel, type KafkaConfig, type LogEntry } from "kafkajs";
import type { KafkaEndpoint, TlsOptions } from "../../model/relay.ts";
import type { Log } from "../../ports/log.ts";

/**
 * A client of this endpoint. Made afresh for every connection, with options of its own: kafkajs keeps what it learned of a login
 * in the object it was given, and would log in with an old password.
 */
export function kafkaClient(endpoint: KafkaEndpoint, log: Log): Kafka {
  const config: KafkaConfig = {
    clientId: "chaperone",
    brokers: [...endpoint.bootstrapEndpoints],
    connectionTimeout: Math.min(endpoint.timeoutMs, 10_000),
    requestTimeout: endpoint.timeoutMs,
    // Trying again is the forwarder's: kafkajs could otherwise resolve a send of which a part was never written.
    retry: { retries: 0 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => pass(entry, log),
  };
  if (endpoint.tls !== null) config.ssl = tlsOf(endpoint.tls);
  const { sasl } = endpoint;
  if (sasl !== null) {
    const { username } = sasl;
    const password = sasl.password.reveal();
    config.sasl = { mechanism: MECHANISMS[sasl.mechanism], username, password } as NonNullable<
      KafkaConfig["sasl"]
    >;
  }
  return new Kafka(config);
}

const MECHANISMS = {
  PLAIN: "plain",
  "SCRAM-SHA-256": "scram-sha-256",
  "SCRAM-SHA-512": "scram-sha-512",
} as const;

function tlsOf(tls: TlsOptions): NonNullable<KafkaConfig["ssl"]> {
  return {
    ...(tls.certificateAuthority === null ? {} : { ca: [tls.certificateAuthority] }),
    ...(tls.client === null ? {} : { cert: tls.client.certificate, key: tls.client.key.reveal() }),
  };
}

/** What kafkajs says of itself is of interest when something is looked into; what it means for a batch is in the outcome. */
function pass(entry: LogEntry, log: Log): void {
  log.debug({ client: "kafka", detail: entry.log.message }, "The Kafka client reports");
}
