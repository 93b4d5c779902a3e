import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { METRIC_NAMES, METRICS } from "../model/metric.ts";
import type { ReadableMeter } from "./meter.ts";

/** What Prometheus reads. */
export interface Exposition {
  /** Prometheus' text format, with the values of the moment of the call; the metrics of the process itself are in it. */
  text(): Promise<string>;
  readonly contentType: string;
}

/**
 * The meter's values are copied at once for each scrape: the text of a registry is made in many steps, and what is counted between two
 * of them would make sums that never were. From now on the process is measured (memory, event loop), for as long as it lasts.
 */
export function createExposition(meter: Pick<ReadableMeter, "samples">): Exposition {
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return {
    text: async () => {
      const ours = registryOf(meter);
      return `${await ours.metrics()}${await ofProcess.metrics()}`;
    },
    contentType: ofProcess.contentType,
  };
}

/** A registry with a copy of the values. */
function registryOf(meter: Pick<ReadableMeter, "samples">): Registry {
  const registry = new Registry();
  const ofName = Map.groupBy(meter.samples(), ({ name }) => name);
  for (const name of METRIC_NAMES) {
    const { kind, help, labels } = METRICS[name];
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    const metric = kind === "counter" ? new Counter(options) : new Gauge(options);
    for (const { labels: of, value } of ofName.get(name) ?? []) metric.inc({ ...of }, value);
  }
  return registry;
}
