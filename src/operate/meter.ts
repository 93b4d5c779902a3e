import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { METRIC_NAMES, METRICS, type MetricName } from "../model/metric.ts";
import type { Meter } from "../ports/meter.ts";

/** The meter of a process, with its text for Prometheus. */
export interface PrometheusMeter extends Meter {
  /** Prometheus' text format; the metrics of the process itself are in it. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Current value; 0 for what was never counted. */
  value(name: MetricName, labels: Readonly<Record<string, string>>): Promise<number>;
}

/** Every metric of the catalogue, in a registry of its own. */
export function createMeter(): PrometheusMeter {
  const registry = new Registry();
  const counters = new Map<MetricName, Counter>();
  const gauges = new Map<MetricName, Gauge>();
  for (const name of METRIC_NAMES) {
    const { kind, help, labels } = METRICS[name];
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === "counter") counters.set(name, new Counter(options));
    else gauges.set(name, new Gauge(options));
  }
  collectDefaultMetrics({ register: registry });

  return {
    add: (name, labels, by) => {
      counterOf(counters, name).inc({ ...labels }, by);
    },
    set: (name, labels, value) => {
      gaugeOf(gauges, name).set({ ...labels }, value);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
    value: async (name, labels) => {
      const metric = await registry.getSingleMetric(name)?.get();
      const found = metric?.values.find((one) => isSame(one.labels, labels));
      return found?.value ?? 0;
    },
  };
}

function counterOf(counters: ReadonlyMap<MetricName, Counter>, name: MetricName): Counter {
  const counter = counters.get(name);
  if (counter === undefined) throw new RangeError(`Cannot add to metric "${name}": it is a gauge`);
  return counter;
}

function gaugeOf(gauges: ReadonlyMap<MetricName, Gauge>, name: MetricName): Gauge {
  const gauge = gauges.get(name);
  if (gauge === undefined) throw new RangeError(`Cannot set metric "${name}": it is a counter`);
  return gauge;
}

function isSame(
  a: Readonly<Partial<Record<string, string | number>>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}
