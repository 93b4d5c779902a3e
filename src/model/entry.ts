import type { AuditEvent } from "./generated/audit-event.ts";
import type { JournalPosition } from "./position.ts";

/** `event`: seen by pipelines. `held`: waits for evidence, seen by no pipeline. `released`: the same event with its verdict, at the end of the wait. */
export type EntryKind = "event" | "held" | "released";

/** What is about to be journaled. */
export interface NewEntry {
  readonly kind: EntryKind;
  readonly streams: readonly string[];
  readonly event: AuditEvent;
}

/** What was journaled. */
export interface JournalEntry {
  readonly position: JournalPosition;
  readonly kind: EntryKind;
  readonly id: string;
  readonly streams: readonly string[];
  /** Size of `encoded` in bytes, known without encoding. Where an earlier version wrote the entry, as it was then: some bytes less. */
  readonly sizeBytes: number;
  /** The event in Avro, in the current version of schemas/audit-event whichever wrote it, encoded at most once. */
  readonly encoded: Uint8Array;
  /** The event, decoded at most once. */
  event(): AuditEvent;
}
