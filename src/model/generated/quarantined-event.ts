// Generated from schemas/quarantined-event/v1.avsc; change the schema, then run: npm run generate
import type { Micros } from "../time.ts";

/** An event that a destination will not take, resting with its reason; or the end of such a rest. */
export interface QuarantinedEvent {
  /** Place in this pipeline's quarantine, from 1, without gaps. */
  readonly sequence: number;
  /** rested, or resolved where a redrive delivered it. */
  readonly kind: string;
  /** Id of the event. */
  readonly eventId: string;
  /** Slug of the pipeline. */
  readonly pipeline: string;
  /** Sequence of the entry in the journal. */
  readonly journalSequence: number;
  /** When it came to rest or was resolved, microseconds since the epoch. */
  readonly at: Micros;
  /** Why the destination will not take it, quoting its answer. */
  readonly cause: string;
  /** refused, too-large or suspect. */
  readonly code: string;
  /** Request that the suspects of one partial success share. */
  readonly requestId: string | null;
  /** Version of the AuditEvent schema that event is written in. */
  readonly schemaVersion: number;
  /** The event in Avro, as it stood in the journal; empty for resolved. */
  readonly event: Uint8Array;
}
