import type { MetricName } from "./metric.ts";

/** Metrics whose sums are equal for every value of a label, in every scrape. */
export interface Identity {
  readonly label: "source" | "organization" | "pipeline";
  readonly left: readonly MetricName[];
  readonly right: readonly MetricName[];
}

/**
 * Conservation: nothing disappears between two counters. In words, per source: read = accepted + ignored + duplicate + declared gaps;
 * per organization: held at the start + accepted + own events = journaled + held; per pipeline: matched = delivered + quarantined +
 * waiting, and carried over + quarantined = redriven + resting.
 */
export const IDENTITIES: readonly Identity[] = [
  {
    label: "source",
    left: ["chaperone_records_read_total"],
    right: [
      "chaperone_records_accepted_total",
      "chaperone_records_ignored_total",
      "chaperone_records_duplicate_total",
      "chaperone_gaps_total",
    ],
  },
  {
    label: "organization",
    left: [
      "chaperone_events_held_at_start",
      "chaperone_events_accepted_total",
      "chaperone_own_events_total",
    ],
    right: ["chaperone_events_journaled_total", "chaperone_events_held"],
  },
  {
    label: "pipeline",
    left: ["chaperone_pipeline_matched_total"],
    right: [
      "chaperone_pipeline_delivered_total",
      "chaperone_pipeline_quarantined_total",
      "chaperone_pipeline_waiting",
    ],
  },
  {
    label: "pipeline",
    left: ["chaperone_pipeline_resting_carried_over", "chaperone_pipeline_quarantined_total"],
    right: ["chaperone_pipeline_redriven_total", "chaperone_pipeline_resting"],
  },
];

/** One value of a metric. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An identity that does not hold, with what makes the difference: `read 5 = accepted 3 + ignored 1`, in the metrics' full names. */
export interface BrokenIdentity {
  readonly label: string;
  readonly of: string;
  readonly left: number;
  readonly right: number;
  readonly text: string;
}

/** The identities that these samples, of one scrape, do not satisfy. What was never counted is 0. */
export function brokenIdentities(samples: readonly Sample[]): readonly BrokenIdentity[] {
  return IDENTITIES.flatMap(({ label, left, right }) =>
    valuesOf(samples, { label, names: [...left, ...right] }).flatMap((of) => {
      const side = (names: readonly MetricName[]): Side => sideOf(samples, names, { label, of });
      const [one, other] = [side(left), side(right)];
      if (one.sum === other.sum) return [];
      const text = `${one.text} = ${other.text}`;
      return [{ label, of, left: one.sum, right: other.sum, text }];
    }),
  );
}

interface Side {
  readonly sum: number;
  readonly text: string;
}

function valuesOf(
  samples: readonly Sample[],
  { label, names }: { readonly label: string; readonly names: readonly string[] },
): readonly string[] {
  const values = samples
    .filter(({ name }) => names.includes(name))
    .map(({ labels }) => labels[label])
    .filter((value) => value !== undefined);
  return [...new Set(values)].toSorted();
}

function sideOf(
  samples: readonly Sample[],
  names: readonly MetricName[],
  { label, of }: { readonly label: string; readonly of: string },
): Side {
  const terms = names.map((name) => ({
    name,
    value: samples.find((one) => one.name === name && one.labels[label] === of)?.value ?? 0,
  }));
  return {
    sum: terms.reduce((sum, { value }) => sum + value, 0),
    text: terms.map(({ name, value }) => `${name} ${value}`).join(" + "),
  };
}
