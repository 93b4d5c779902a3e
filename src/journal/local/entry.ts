import { encodeEvent } from "../../avro/event.ts";
import type { DecodedHead, EntryDecoder } from "../../avro/journal-entry.ts";
import type { EntryKind, JournalEntry, NewEntry } from "../../model/entry.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { JournalPosition } from "../../model/position.ts";

export function positionAt(sequence: number): JournalPosition {
  return { partition: 0, sequence, locator: "" };
}

/** An entry of ours: its sequence without an object around it, since millions pass. */
export interface LocalEntry extends JournalEntry {
  readonly sequence: number;
}

/**
 * An entry that was just journaled. It keeps the event as it was handed in, so that a reader that keeps up decodes nothing; the
 * bytes are made again for those who ask (5 µs), which costs less than keeping every block in memory.
 */
class RecentEntry implements LocalEntry {
  readonly sequence: number;
  readonly sizeBytes: number;
  readonly #entry: NewEntry;
  #encoded: Uint8Array | null = null;

  constructor(sequence: number, sizeBytes: number, entry: NewEntry) {
    this.sequence = sequence;
    this.sizeBytes = sizeBytes;
    this.#entry = entry;
  }

  get position(): JournalPosition {
    return positionAt(this.sequence);
  }

  get kind(): EntryKind {
    return this.#entry.kind;
  }

  get id(): string {
    return this.#entry.event.id;
  }

  get streams(): readonly string[] {
    return this.#entry.streams;
  }

  get encoded(): Uint8Array {
    this.#encoded ??= encodeEvent(this.#entry.event);
    return this.#encoded;
  }

  event(): AuditEvent {
    return this.#entry.event;
  }
}

/** An entry from a segment: a view of its block. Where an earlier version wrote that, the event is encoded anew for those who ask. */
class StoredEntry implements LocalEntry {
  readonly sequence: number;
  readonly kind: EntryKind;
  readonly id: string;
  readonly streams: readonly string[];
  readonly #written: Buffer;
  readonly #decoder: EntryDecoder;
  #event: AuditEvent | null = null;
  #encoded: Uint8Array | null = null;

  constructor(head: DecodedHead, payload: Buffer, decoder: EntryDecoder) {
    this.sequence = head.sequence;
    this.kind = head.kind as EntryKind;
    this.id = head.id;
    this.streams = head.streams;
    this.#written = payload.subarray(head.eventStart, head.end);
    this.#decoder = decoder;
    if (decoder.isCurrent) this.#encoded = this.#written;
  }

  get position(): JournalPosition {
    return positionAt(this.sequence);
  }

  get sizeBytes(): number {
    return this.#written.byteLength;
  }

  get encoded(): Uint8Array {
    this.#encoded ??= encodeEvent(this.event());
    return this.#encoded;
  }

  event(): AuditEvent {
    this.#event ??= this.#decoder.event(this.#written);
    return this.#event;
  }
}

export function recentEntry(sequence: number, sizeBytes: number, entry: NewEntry): LocalEntry {
  return new RecentEntry(sequence, sizeBytes, entry);
}

export function storedEntry(head: DecodedHead, payload: Buffer, decoder: EntryDecoder): LocalEntry {
  return new StoredEntry(head, payload, decoder);
}
