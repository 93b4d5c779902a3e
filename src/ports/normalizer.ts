import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Facts } from "../model/facts.ts";
import type { Normalization } from "../model/normalization.ts";
import type { Dialect, RawRecord, Source } from "../model/record.ts";

/** Reads one dialect. Pure: no I/O, no clock, no state. A throw counts as unreadable. */
export interface Normalizer {
  readonly dialect: Dialect;
  normalize(record: RawRecord, source: Source): Normalization;
  /** The facts of an event that this normalizer made, from its original bytes; null where they cannot be had any more. */
  facts(event: AuditEvent): Facts | null;
}
