/** What bounds the collector of one folder's memory and patience; the configured bounds are in DocumentFolderOptions. */
export interface DocumentLimits {
  readonly batchRecordsMax: number;
  /** A batch ends with the record that passes this. */
  readonly batchBytesMax: number;
  /** What is kept of a file above `fileBytesMax`. */
  readonly headBytes: number;
  /** How long a file that vanished is remembered. */
  readonly forgetAfterMs: number;
  /** Files beyond `filesMax` that are remembered: one of them that vanishes is declared. */
  readonly waitingMax: number;
  /** Longest time that progress stays unsaved, where saving is quick. */
  readonly saveMs: number;
  /** Longest wait between two tries of a file. */
  readonly backoffMsMax: number;
}

export const DOCUMENT_LIMITS: DocumentLimits = Object.freeze({
  batchRecordsMax: 100,
  batchBytesMax: 1024 * 1024,
  headBytes: 64 * 1024,
  forgetAfterMs: 7 * 24 * 3_600_000,
  waitingMax: 10_000,
  saveMs: 250,
  backoffMsMax: 30_000,
});
