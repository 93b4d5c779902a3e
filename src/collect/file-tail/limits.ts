/** What bounds one file tail's memory, descriptors and patience. The configured bounds are in FileTailOptions. */
export interface FileTailLimits {
  /** Bytes of one read; a longer line is read again with twice as many until it fits. */
  readonly chunkBytes: number;
  readonly batchRecordsMax: number;
  /** A batch ends with the record that passes this. */
  readonly batchBytesMax: number;
  readonly acceptsInFlightMax: number;
  /** Record bytes in accepts under way; one batch is always let through. */
  readonly bytesInFlightMax: number;
  readonly filesOpenMax: number;
  /** Files beyond `filesMax` that are remembered: one of them that vanishes is declared. */
  readonly waitingMax: number;
  /** Files whose first bytes are looked at after one look, or compared, since their turn to be read has not come. */
  readonly firstBytesMax: number;
  /** Bytes that are looked through without a record, or decompressed to get to a place, before other files get their turn. */
  readonly skipBytesMax: number;
  /**
   * What is kept of a line above `lineBytesMax`. 64 KiB hold every field that identifies an audit event (they come before the
   * bodies, and headers end at 1 MiB but user agents and names are far below), and fit into any destination's request.
   */
  readonly headBytes: number;
  /** How long a renamed or compressed file must be quiet before it counts as complete: writers finish late. */
  readonly quietMs: number;
  /** The same for a file that was deleted and has no successor: its writer may not have noticed. */
  readonly deletedQuietMs: number;
  /** How long the place in a vanished file is remembered. */
  readonly forgetAfterMs: number;
  /** Longest time that progress stays unsaved, where saving is quick: what was read in it comes again after a kill. */
  readonly saveMs: number;
  /** Longest wait between two tries of a file. */
  readonly backoffMsMax: number;
  /** Longest wait for accepts under way when the tail is stopped. */
  readonly stopMs: number;
}

export const FILE_TAIL_LIMITS: FileTailLimits = Object.freeze({
  chunkBytes: 256 * 1024,
  batchRecordsMax: 500,
  batchBytesMax: 1024 * 1024,
  acceptsInFlightMax: 4,
  bytesInFlightMax: 16 * 1024 * 1024,
  filesOpenMax: 256,
  waitingMax: 10_000,
  firstBytesMax: 100,
  skipBytesMax: 8 * 1024 * 1024,
  headBytes: 64 * 1024,
  quietMs: 30_000,
  deletedQuietMs: 600_000,
  forgetAfterMs: 7 * 24 * 3_600_000,
  saveMs: 250,
  backoffMsMax: 30_000,
  stopMs: 3_000,
});
