/** What bounds the reading of a recording. */
export interface RecordingLimits {
  /** Compressed bytes that are inflated at once. Each gives at most 1,032 bytes of output: the memory of one step. */
  readonly chunkBytes: number;
  /** Longest record; the format allows no longer one. */
  readonly recordBytesMax: number;
  /** Most bytes that one part may inflate to; the rest of the part is declared. */
  readonly partInflatedBytesMax: number;
  /**
   * Most records of one part, and at least so many, whatever it has, of one that is small: else there may be one for each compressed
   * byte. The rest of the part is declared.
   */
  readonly partRecordsMax: number;
  readonly smallPartRecordsMax: number;
  /** Most bytes of a part that cannot be read that are kept with the fault; of a longer one its head, digest and length. */
  readonly faultBytesMax: number;
}

/**
 * A part is about 5 MiB, compressed. Output that repeats itself compresses to a few thousandths, and must still be read: 1 GiB is what
 * 5 MiB of it give at one two-hundredth. A record of its own costs more than five bytes of a part, compressed: a million are no session's,
 * and as events they would fill the journal. So would a recording of thousands of small parts that hold a million empty records each:
 * a part has no more records than bytes. 512 KiB hold every part of a short session, and go through any destination as base64.
 */
export const RECORDING_LIMITS: RecordingLimits = Object.freeze({
  chunkBytes: 8 * 1024,
  recordBytesMax: 65_536,
  partInflatedBytesMax: 1024 * 1024 * 1024,
  partRecordsMax: 1_000_000,
  smallPartRecordsMax: 256,
  faultBytesMax: 512 * 1024,
});
