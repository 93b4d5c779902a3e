import type { Sample } from "../model/identity.ts";
import { METRIC_NAMES, METRICS, type MetricName } from "../model/metric.ts";
import type { Meter } from "../ports/meter.ts";

/** A meter that can be asked what it counted. */
export interface ReadableMeter extends Meter {
  /** Current value; 0 for what was never counted. */
  value(name: MetricName, labels: Readonly<Record<string, string>>): Promise<number>;
  /** Every value of this moment. */
  samples(): readonly Sample[];
}

type Labels = Readonly<Record<string, string>>;
type Values = ReadonlyMap<MetricName, Map<string, { readonly labels: Labels; value: number }>>;

/** The meter of a process: every metric of the catalogue. */
export function createMeter(): ReadableMeter {
  const values: Values = new Map(METRIC_NAMES.map((name) => [name, new Map()]));

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
    value: (name, labels) => {
      const found = samples().find((one) => one.name === name && isSame(one.labels, labels));
      return Promise.resolve(found?.value ?? 0);
    },
    samples,
  };
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
