import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Sample } from "../model/identity.ts";
import { METRIC_NAMES, METRICS, type MetricName } from "../model/metric.ts";
import type { Meter } from "../ports/meter.ts";

/** The meter of a process, with its text for Prometheus. */
export interface PrometheusMeter extends Meter {
  /** Prometheus' text format, with the values of the moment of the call; the metrics of the process itself are in it. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Current value; 0 for what was never counted. */
  value(name: MetricName, labels: Readonly<Record<string, string>>): Promise<number>;
  /** Every value of this moment. */
  samples(): readonly Sample[];
}

type Labels = Readonly<Record<string, string>>;
type Values = ReadonlyMap<MetricName, Map<string, { readonly labels: Labels; value: number }>>;

/**
 * Every metric of the catalogue. The values are kept here and copied at once for each scrape: the text of a registry is made in many
 * steps, and what is counted between two of them would make sums that never were. Measuring the process (memory, event loop) lasts as
 * long as the process: who makes many meters leaves it out.
 */
export function createMeter({
  isProcessMeasured = true,
}: { readonly isProcessMeasured?: boolean } = {}): PrometheusMeter {
  const values: Values = new Map(METRIC_NAMES.map((name) => [name, new Map()]));
  const ofProcess = new Registry();
  if (isProcessMeasured) collectDefaultMetrics({ register: ofProcess });

  function change(name: MetricName, labels: Labels, to: (value: number) => number): void {
    const ofName = values.get(name);
    const key = METRICS[name].labels.map((label) => labels[label]).join("\0");
    const known = ofName?.get(key);
    if (known !== undefined) known.value = to(known.value);
    else ofName?.set(key, { labels: checked(name, labels), value: to(0) });
  }

  function samples(): readonly Sample[] {
    return [...values].flatMap(([name, ofName]) =>
      [...ofName.values()].map(({ labels, value }) => ({ name, labels, value })),
    );
  }

  return {
    add: (name, labels, by) => {
      if (METRICS[name].kind !== "counter")
        throw new RangeError(`Cannot add to metric "${name}": it is a gauge`);
      if (!(by >= 0)) throw new RangeError(`Cannot add ${by} to metric "${name}"`);
      change(name, labels, (value) => value + by);
    },
    set: (name, labels, value) => {
      if (METRICS[name].kind !== "gauge")
        throw new RangeError(`Cannot set metric "${name}": it is a counter`);
      change(name, labels, () => value);
    },
    text: async () => {
      const ours = registryOf(values);
      return `${await ours.metrics()}${await ofProcess.metrics()}`;
    },
    contentType: ofProcess.contentType,
    value: (name, labels) => {
      const found = samples().find((one) => one.name === name && isSame(one.labels, labels));
      return Promise.resolve(found?.value ?? 0);
    },
    samples,
  };
}

/** A registry with a copy of the values. */
function registryOf(values: Values): Registry {
  const registry = new Registry();
  for (const [name, ofName] of values) {
    const { kind, help, labels } = METRICS[name];
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    const metric = kind === "counter" ? new Counter(options) : new Gauge(options);
    for (const { labels: of, value } of ofName.values()) metric.inc({ ...of }, value);
  }
  return registry;
}

function checked(name: MetricName, labels: Labels): Labels {
  const expected = METRICS[name].labels;
  if (!isSame(Object.fromEntries(expected.map((label) => [label, labels[label] ?? ""])), labels))
    throw new RangeError(
      `Cannot count "${name}" by ${Object.keys(labels).join(", ")}: its labels are ${expected.join(", ")}`,
    );
  return { ...labels };
}

function isSame(a: Labels, b: Labels): boolean {
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}
