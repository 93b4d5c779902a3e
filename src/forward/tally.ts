import type { MetricName } from "../model/metric.ts";
import type { Meter } from "../ports/meter.ts";

/** Counts since the start of the process: matched = delivered + quarantined + waiting, at every moment. */
export interface Counts {
  readonly matched: number;
  readonly delivered: number;
  readonly quarantined: number;
  readonly waiting: number;
}

export interface Tally {
  readonly counts: Counts;
  /** Read from the journal and found in the pipeline's stream. */
  matched(count: number): void;
  settled(count: { readonly delivered: number; readonly quarantined: number }): void;
}

export function createTally(meter: Meter, pipeline: string): Tally {
  const labels = { pipeline };
  let counts: Counts = { matched: 0, delivered: 0, quarantined: 0, waiting: 0 };

  function count(more: Omit<Counts, "waiting">): void {
    const matched = counts.matched + more.matched;
    const delivered = counts.delivered + more.delivered;
    const quarantined = counts.quarantined + more.quarantined;
    counts = { matched, delivered, quarantined, waiting: matched - delivered - quarantined };
    add("chaperone_pipeline_matched_total", more.matched);
    add("chaperone_pipeline_delivered_total", more.delivered);
    add("chaperone_pipeline_quarantined_total", more.quarantined);
    meter.set("chaperone_pipeline_waiting", labels, counts.waiting);
  }

  function add(name: MetricName, by: number): void {
    meter.add(name, labels, by);
  }

  // A counter that is 0 is there to be read, too.
  count({ matched: 0, delivered: 0, quarantined: 0 });
  return {
    get counts() {
      return counts;
    },
    matched: (matched) => count({ matched, delivered: 0, quarantined: 0 }),
    settled: ({ delivered, quarantined }) => count({ matched: 0, delivered, quarantined }),
  };
}
