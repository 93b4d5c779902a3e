import type { MetricName } from "../model/metric.ts";
import type { Meter } from "../ports/meter.ts";

/** Counts since the start of the process: matched = delivered + quarantined + waiting, at every moment. */
export interface Counts {
  readonly matched: number;
  readonly delivered: number;
  readonly quarantined: number;
  readonly waiting: number;
  /** Of the quarantined, and of those that came to rest in earlier runs: delivered after all. */
  readonly redriven: number;
}

export interface Tally {
  readonly counts: Counts;
  /** Read from the journal and found in the pipeline's stream. */
  matched(count: number): void;
  settled(count: { readonly delivered: number; readonly quarantined: number }): void;
  /** Resting events that were delivered in a redrive. */
  redriven(count: number): void;
}

export interface TallyOptions {
  readonly meter: Meter;
  readonly pipeline: string;
  /** What rests from before, and was not quarantined again since (ports/quarantine.ts). */
  readonly quarantine: { readonly carriedOver: number };
}

export function createTally({ meter, pipeline, quarantine }: TallyOptions): Tally {
  const labels = { pipeline };
  let counts: Counts = { matched: 0, delivered: 0, quarantined: 0, waiting: 0, redriven: 0 };

  function count(more: Omit<Counts, "waiting">): void {
    const matched = counts.matched + more.matched;
    const delivered = counts.delivered + more.delivered;
    const quarantined = counts.quarantined + more.quarantined;
    const redriven = counts.redriven + more.redriven;
    const waiting = matched - delivered - quarantined;
    counts = { matched, delivered, quarantined, waiting, redriven };
    add("chaperone_pipeline_matched_total", more.matched);
    add("chaperone_pipeline_delivered_total", more.delivered);
    add("chaperone_pipeline_quarantined_total", more.quarantined);
    add("chaperone_pipeline_redriven_total", more.redriven);
    meter.set("chaperone_pipeline_waiting", labels, waiting);
    const { carriedOver } = quarantine;
    meter.set("chaperone_pipeline_resting_carried_over", labels, carriedOver);
    meter.set("chaperone_pipeline_resting", labels, carriedOver + quarantined - redriven);
  }

  function add(name: MetricName, by: number): void {
    meter.add(name, labels, by);
  }

  // A counter that is 0 is there to be read, too.
  const nothing = { matched: 0, delivered: 0, quarantined: 0, redriven: 0 };
  count(nothing);
  return {
    get counts() {
      return counts;
    },
    matched: (matched) => count({ ...nothing, matched }),
    settled: (settled) => count({ ...nothing, ...settled }),
    redriven: (redriven) => count({ ...nothing, redriven }),
  };
}
