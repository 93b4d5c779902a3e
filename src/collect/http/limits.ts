/** Limits of a source that is sent to; what an operator may want to change is in its configuration instead. */
export const HTTP_SOURCE_LIMITS = {
  /** Accepts of one source under way at once. Further records wait for one of them, and share the next: requests share fsyncs. */
  acceptsMax: 4,
  /** Records and bytes of one accept. A single larger record goes alone. */
  recordsMax: 2_000,
  recordBytesMax: 4_194_304,
  /** Records of one request that are gathered before they are handed in. */
  gatherBytesMax: 262_144,
  /** Records of all requests that are handed in and not durable yet: a record may have a single byte, and takes hundreds in memory. */
  recordsInFlightMax: 16_000,
  /** Bytes of a body that are cut into records at once. */
  cutBytesMax: 16_384,
  /** Bytes that are kept of a body that is too large, where its head is kept. */
  headBytes: 65_536,
  /** Times `bodyBytesMax` up to which the length of a larger body is counted. */
  countedTimesMax: 16,
  /** How often the source says that it is at its end. */
  reportMs: 250,
  /** Time that requests under way have to be answered when the source stops. With the server's own it stays below the time of a clean end. */
  stopMsMax: 3_000,
  /** Waits between two tries to listen. */
  listenMsMin: 1_000,
  listenMsMax: 30_000,
  /** Declared losses that are remembered, so that a batch that is sent again declares none twice. */
  gapsMax: 1_000,
} as const;
