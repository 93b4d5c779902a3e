/** Every metric's name. */
export const METRIC_NAMES = [
  "chaperone_records_read_total",
  "chaperone_records_accepted_total",
  "chaperone_records_ignored_total",
  "chaperone_records_duplicate_total",
  "chaperone_records_unreadable_total",
  "chaperone_gaps_total",
  "chaperone_events_accepted_total",
  "chaperone_own_events_total",
  "chaperone_events_journaled_total",
  "chaperone_events_held",
  "chaperone_events_held_at_start",
  "chaperone_journal_size_bytes",
  "chaperone_journal_end_sequence",
  "chaperone_pipeline_matched_total",
  "chaperone_pipeline_delivered_total",
  "chaperone_pipeline_quarantined_total",
  "chaperone_pipeline_waiting",
  "chaperone_pipeline_redriven_total",
  "chaperone_pipeline_resting",
  "chaperone_pipeline_resting_carried_over",
  "chaperone_pipeline_lag_entries",
  "chaperone_pipeline_retries_total",
  "chaperone_pipeline_paused",
  "chaperone_source_watermark_seconds",
  "chaperone_source_failing",
  "chaperone_source_requests_total",
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

interface Metric {
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * The catalogue of metrics. What belongs together is tied by the identities of identity.ts, which hold in every scrape: all the metrics
 * of one identity move in one step, and a scrape sees the values of one moment. Counters count from the start of the process; what was
 * there before stands in gauges of its own (`…_held_at_start`, `…_resting_carried_over`).
 *
 * - A batch of records counts once it is durable: what a collector read and the journal does not have yet is in no counter.
 * - The unit of a source is the record. A declared loss counts as one, read and declared, however many records it may have been:
 *   often nobody can know.
 * - The unit of an organization and of a pipeline is the event; what a pipeline matched is what it read from the journal.
 * - Events that came to rest stay in `quarantined`, whatever becomes of them: a redrive that delivers them counts in `redriven`.
 */
export const METRICS: Readonly<Record<MetricName, Metric>> = {
  chaperone_records_read_total: counter(
    "Records that a source's collector handed in, and losses that it declared",
    ["source"],
  ),
  chaperone_records_accepted_total: counter("Records that became an event", ["source"]),
  chaperone_records_ignored_total: counter("Records that no origin meant as an event", ["source"]),
  chaperone_records_duplicate_total: counter("Records whose event was journaled before", [
    "source",
  ]),
  chaperone_records_unreadable_total: counter("Accepted records that no normalizer could read", [
    "source",
  ]),
  chaperone_gaps_total: counter("Declared losses", ["source"]),
  chaperone_events_accepted_total: counter("Records of all sources that became an event", [
    "organization",
  ]),
  chaperone_own_events_total: counter(
    "Events of our own: findings, revisions, gaps, seals, heartbeats",
    ["organization"],
  ),
  chaperone_events_journaled_total: counter("Events journaled for the pipelines to see", [
    "organization",
  ]),
  chaperone_events_held: gauge("Events that wait for evidence", ["organization"]),
  chaperone_events_held_at_start: gauge(
    "Events that waited for evidence when the process started",
    ["organization"],
  ),
  chaperone_journal_size_bytes: gauge("Bytes of the journal on disk", ["organization"]),
  chaperone_journal_end_sequence: gauge("Sequence of the last durable journal entry", [
    "organization",
  ]),
  chaperone_pipeline_matched_total: counter(
    "Events of the journal that are in the pipeline's stream",
    ["pipeline"],
  ),
  chaperone_pipeline_delivered_total: counter("Events that the endpoint took", ["pipeline"]),
  chaperone_pipeline_quarantined_total: counter("Events that came to rest in quarantine", [
    "pipeline",
  ]),
  chaperone_pipeline_waiting: gauge("Matched events that are neither delivered nor in quarantine", [
    "pipeline",
  ]),
  chaperone_pipeline_redriven_total: counter("Resting events that the endpoint took in a redrive", [
    "pipeline",
  ]),
  chaperone_pipeline_resting: gauge("Events that rest in quarantine", ["pipeline"]),
  chaperone_pipeline_resting_carried_over: gauge(
    "Events that came to rest before the process started, and were not quarantined by it again",
    ["pipeline"],
  ),
  chaperone_pipeline_lag_entries: gauge(
    "Journal entries, of whatever stream, behind the pipeline's place",
    ["pipeline"],
  ),
  chaperone_pipeline_retries_total: counter(
    "Attempts that have to be made again, by the code of what went wrong",
    ["pipeline", "code"],
  ),
  chaperone_pipeline_paused: gauge("1 while the endpoint or its configuration is at fault", [
    "pipeline",
  ]),
  chaperone_source_watermark_seconds: gauge(
    "Time up to which a source's records are expected to be complete",
    ["source"],
  ),
  chaperone_source_failing: gauge("1 while a source cannot be read", ["source"]),
  chaperone_source_requests_total: counter(
    "Requests to a source's server by status of the answer; `cut` where nobody was left to answer",
    ["source", "status"],
  ),
};

function counter(help: string, labels: readonly string[]): Metric {
  return { kind: "counter", help, labels };
}

function gauge(help: string, labels: readonly string[]): Metric {
  return { kind: "gauge", help, labels };
}
