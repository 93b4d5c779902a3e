import { whyNoEngine } from "../../../support/containers/engine.ts";
import { startCollectorDestination } from "../destinations/collector.ts";
import { startKafkaDestination } from "../destinations/kafka.ts";
import type { Row } from "../row.ts";
import type { Trial } from "../trial.ts";

const PER_SECOND = { full: 1_000, quick: 300 };

export const collectorKilled: Row = {
  name: "collector-killed",
  fault: "a real OpenTelemetry Collector killed, and down for 20 s",
  guarantee: "a real OpenTelemetry Collector that is killed gets everything when it is back",
  perSecond: PER_SECOND,
  destinations: [{ name: "siem", start: startCollectorDestination }],
  whyNot: whyNoEngine,
  run: killed,
};

export const brokerKilled: Row = {
  name: "broker-killed",
  fault: "a real Apache Kafka killed, and down for 20 s",
  guarantee: "a real Kafka broker that is killed gets everything when it is back",
  perSecond: PER_SECOND,
  destinations: [{ name: "bus", start: startKafkaDestination }],
  whyNot: whyNoEngine,
  run: killed,
};

async function killed(trial: Trial): Promise<void> {
  await trial.lasting({ full: 5_000, quick: 1_000 });
  await trial.destination.behave({ kind: "down" });
  await trial.lasting({ full: 20_000, quick: 1_500 });
  await trial.destination.behave({ kind: "take" });
  await trial.lasting({ full: 3_000, quick: 500 });
}
