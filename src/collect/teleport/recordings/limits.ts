/** What bounds the collector of one source's memory and patience. */
export interface CollectLimits {
  readonly batchRecordsMax: number;
  /** A batch ends with the record that passes this. */
  readonly batchBytesMax: number;
  /** Breaks in the numbering of one recording that are declared one by one; those beyond them are one gap. */
  readonly breaksMax: number;
  /** How long the place in a recording that vanished is remembered. */
  readonly forgetAfterMs: number;
  /** Recordings beyond `filesMax` that are remembered: one of them that vanishes is declared. */
  readonly waitingMax: number;
  /** Longest time that progress stays unsaved, where saving is quick. */
  readonly saveMs: number;
  /** Longest wait between two tries of a recording. */
  readonly backoffMsMax: number;
}

export const COLLECT_LIMITS: CollectLimits = Object.freeze({
  batchRecordsMax: 500,
  batchBytesMax: 1024 * 1024,
  breaksMax: 100,
  forgetAfterMs: 7 * 24 * 3_600_000,
  waitingMax: 10_000,
  saveMs: 250,
  backoffMsMax: 30_000,
});
