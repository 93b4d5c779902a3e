/** How a destination behaves until it is told otherwise. */
export type Conduct =
  | { readonly kind: "take" }
  /** Answers every request with this status, and keeps nothing of it. */
  | { readonly kind: "status"; readonly status: number }
  /** Reads requests and never answers. */
  | { readonly kind: "hang" }
  /** Nobody listens. */
  | { readonly kind: "down" }
  /** Keeps what comes, and the connection is cut in place of the answer. */
  | { readonly kind: "take-unanswered" };

export interface DestinationStart {
  readonly folder: string;
  readonly port: number;
}

export interface DestinationState {
  readonly requests: number;
  /** Records that were kept, copies included. */
  readonly records: number;
  /** Of them, those of a megabyte and more. */
  readonly long: number;
  /** Requests that got another status than 200. */
  readonly refused: number;
  /** Different bodies that were kept; null where that is not known while it runs. */
  readonly distinct: number | null;
}

/** Thirty-two bytes a record that was kept: the MD5 digests of its body and of its id. */
export const SEEN_FILE = "seen.bin";
/** Events of Chaperone's own, each a LogRecord in the JSON mapping of protobuf, one a line. */
export const OWN_FILE = "own.ndjson";

export const LONG_BYTES_MIN = 1_000_000;

/** Of a server that does not tell. */
export const UNKNOWN_STATE: DestinationState = Object.freeze({
  requests: 0,
  records: 0,
  long: 0,
  refused: 0,
  distinct: null,
});
