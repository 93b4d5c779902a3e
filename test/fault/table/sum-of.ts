import type { Sample } from "../../../src/model/identity.ts";

/** Of all series of a metric. */
export function sumOf(samples: readonly Sample[], metric: string): number {
  return samples.filter(({ name }) => name === metric).reduce((sum, { value }) => sum + value, 0);
}
