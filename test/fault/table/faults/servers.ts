import { whyNoEngine } from "../../../support/containers/engine.ts";
import {
  startCollectorChainDestination,
  startCollectorDestination,
} from "../destinations/collector.ts";
import { startKafkaDestination } from "../destinations/kafka.ts";
import { eventually } from "../eventually.ts";
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

export const collectorFull: Row = {
  name: "collector-full",
  fault: "a real OpenTelemetry Collector's queue full, its back end down for 20 s",
  guarantee: "a real OpenTelemetry Collector whose queue is full gets everything when it has room",
  perSecond: PER_SECOND,
  destinations: [{ name: "siem", start: startCollectorChainDestination }],
  whyNot: whyNoEngine,
  run: async (trial) => {
    let complaints: readonly string[] = [];
    await killed(trial, async () => {
      complaints = await waits(trial);
    });
    return { complaints };
  },
};

async function killed(trial: Trial, atItsEnd?: () => Promise<void>): Promise<void> {
  await trial.lasting({ full: 5_000, quick: 1_000 });
  await trial.destination.behave({ kind: "down" });
  await trial.lasting({ full: 20_000, quick: 1_500 });
  await atItsEnd?.();
  await trial.destination.behave({ kind: "take" });
  await trial.lasting({ full: 3_000, quick: 500 });
}

/** Waits until a pipeline was told that the queue is full; nothing may rest for it. */
async function waits({ chaperone }: Trial): Promise<readonly string[]> {
  await eventually(
    "the Collector says that its sending queue is full",
    async () => {
      const { pipelines } = await chaperone.status();
      return pipelines.some(({ lastError }) => lastError?.cause.includes("queue is full") === true);
    },
    { msMax: 30_000 },
  );
  const { pipelines } = await chaperone.status();
  return pipelines
    .filter(({ resting }) => resting > 0)
    .map(({ name, resting }) => `${resting} events of "${name}" rest because a queue is full`);
}
