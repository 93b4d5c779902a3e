import type { Micros } from "./time.ts";

/** The language that a record is written in; it chooses the normalizer. */
export type Dialect =
  "kubernetes-audit" | "teleport" | "teleport-recording" | "support-access" | "out-of-band";

/** A configured place that a collector reads. */
export interface Source {
  /** Unique among the organization's sources. */
  readonly name: string;
  readonly dialect: Dialect;
  /** Cluster that the records are about; null where each record names its own. */
  readonly cluster: string | null;
}

/** Bytes exactly as the origin wrote them, without the line end. Whoever receives a record may keep its bytes: they are never overwritten. */
export interface RawRecord {
  readonly bytes: Uint8Array;
  /** Place in the source, such as `device:inode:offset`. */
  readonly position: string;
  readonly observedAt: Micros;
  /** Length in bytes of the whole record where `bytes` is only its head, else null. */
  readonly truncatedFromBytes: number | null;
  /** Session that the record's place names, such as its recording or the address it was sent to; for records that name none themselves. */
  readonly sessionId?: string;
  /** Why the collector already knows that no normalizer can read it. */
  readonly unreadableBecause?: string;
  /** SHA-256 of the whole record, lower-case hexadecimal, where `bytes` is only its head and the rest was seen. */
  readonly wholeSha256?: string;
  /**
   * Where the record is a line of a file: whether its line end was there. Its position then ends with a colon and the offset of its
   * first byte, and it may hold less or more than one event, since a write that a full disk cuts off leaves no line end.
   */
  readonly lineEnd?: "found" | "missing";
  /** When its origin said this, for records that do not say so themselves. */
  readonly takenAt?: Micros;
  /** What is wrong with a file that the record names with its digest; null where nothing is, absent where nobody looked. */
  readonly enclosureFault?: EnclosureFault | null;
}

/** Why a file that a record names does not prove what the record says of it. */
export interface EnclosureFault {
  readonly code: "evidence-missing" | "evidence-wrong" | "evidence-too-large";
  readonly why: string;
}

/** Records of one part (a file, a connection) of one source, in the origin's order. */
export interface RecordBatch {
  readonly source: Source;
  /** What orders the records among themselves: a file's identity, for example. */
  readonly part: string;
  readonly records: readonly RawRecord[];
}

/** A range of a source that existed and cannot be had. */
export interface GapRange {
  readonly source: Source;
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number | null;
  readonly count: number | null;
  readonly cause: string;
  readonly observedAt: Micros;
}
