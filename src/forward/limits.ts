/** Bounds of a pipeline's patience. All of them can be set, so that tests need not wait. */
export interface ForwarderLimits {
  /** A sink has its own, shorter deadline; this one ends an attempt whose sink forgot it. */
  readonly attemptMsMax: number;
  /** What an attempt under way gets at shutdown; the same again for a sink that does not hear its signal. */
  readonly graceMsMax: number;
  /** First and longest wait between attempts of the same batch. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** So often a batch of several events is tried again as it is; then in halves. */
  readonly retriesWholeMax: number;
  /** Longest wait that an endpoint may ask for. */
  readonly retryAfterMsMax: number;
  /** First and longest wait between probes of a paused endpoint. */
  readonly probeMsMin: number;
  readonly probeMsMax: number;
  /** So many single refusals in a row are a fault of the endpoint, not of the events. */
  readonly refusedInRowMax: number;
  /** So many throws of a sink in a row are taken as a refusal of the batch, so that no event can stop its pipeline. */
  readonly throwsInRowMax: number;
  /** After a partial success that did not say which: so many single records are delivered before batches are sent again. */
  readonly cleanMin: number;
  /** Shortest time between two writes of the cursor: what a crash makes come twice, against two fsyncs for every batch. */
  readonly cursorMsMin: number;
  /** How long a redrive waits for an endpoint that does not answer. */
  readonly patienceMsMax: number;
  /** A pipeline lags when it has not been at the journal's end for so long. */
  readonly lagMsMax: number;
}

export const DEFAULT_LIMITS: ForwarderLimits = Object.freeze({
  attemptMsMax: 120_000,
  graceMsMax: 2_500,
  retryMsMin: 200,
  retryMsMax: 30_000,
  retriesWholeMax: 8,
  retryAfterMsMax: 300_000,
  probeMsMin: 1_000,
  probeMsMax: 60_000,
  refusedInRowMax: 32,
  throwsInRowMax: 5,
  cleanMin: 100,
  cursorMsMin: 200,
  patienceMsMax: 60_000,
  lagMsMax: 30_000,
});
