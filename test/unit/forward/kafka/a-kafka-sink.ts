import type { KafkaEndpoint } from "../../../../src/model/relay.ts";
import type { LogFields } from "../../../../src/ports/log.ts";
import type { Clock } from "../../../../src/ports/clock.ts";
import type { Sink } from "../../../../src/ports/sink.ts";
import { createKafkaSink } from "../../../../src/forward/kafka/sink.ts";
import { systemClock } from "../../../../src/platform/clock.ts";
import { nodeDisk } from "../../../../src/platform/disk.ts";

export interface KafkaSinkUnderTest {
  readonly sink: Sink;
  /** Everything that it logged, as text. */
  readonly logged: readonly string[];
}

/** A Kafka sink of an endpoint with these options, the others as the configuration gives them. */
export function aKafkaSink(
  spec: Partial<KafkaEndpoint> & Pick<KafkaEndpoint, "bootstrapEndpoints" | "topic">,
  clock: Clock = systemClock,
): KafkaSinkUnderTest {
  const logged: string[] = [];
  const keep = (fields: LogFields, message: string): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const endpoint = {
    slug: "bus",
    displayName: "Bus",
    spec: {
      kind: "kafka",
      encoding: "json",
      key: "none",
      tls: null,
      sasl: null,
      timeoutMs: 30_000,
      messageBytesMax: 1_048_588,
      ...spec,
    },
  } as const;
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  return {
    sink: createKafkaSink(endpoint, { organization: "acme", disk: nodeDisk, clock, log }),
    logged,
  };
}
