import type { MetricName } from "../model/metric.ts";

/** Counts what happens. Names, units and labels are in the catalogue (model/metric.ts). */
export interface Meter {
  /** Adds to a counter. */
  add(name: MetricName, labels: Readonly<Record<string, string>>, by: number): void;
  /** Sets a gauge. */
  set(name: MetricName, labels: Readonly<Record<string, string>>, value: number): void;
}
