import type { JournalEntry, NewEntry } from "../../src/model/entry.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import { ORIGIN } from "../../src/model/position.ts";
import type { JournalPosition } from "../../src/model/position.ts";
import { streamsOf } from "../../src/model/stream.ts";
import type { Cursor, Journal } from "../../src/ports/journal.ts";
import { anEntry } from "./entries.ts";

export interface MemoryJournal extends Journal {
  readonly entries: readonly JournalEntry[];
  /** Appends events as ordinary entries of their streams. */
  add(...events: readonly AuditEvent[]): void;
}

/** A journal in memory: everything in it counts as durable. */
export function createMemoryJournal(events: readonly AuditEvent[] = []): MemoryJournal {
  const entries: JournalEntry[] = [];
  let wake = Promise.withResolvers<void>();

  function put({ kind, streams, event }: NewEntry): void {
    entries.push(anEntry(event, { kind, streams, sequence: entries.length + 1 }));
  }

  function tell(): void {
    wake.resolve();
    wake = Promise.withResolvers();
  }

  function end(): JournalPosition {
    return entries.at(-1)?.position ?? ORIGIN;
  }

  function add(...more: readonly AuditEvent[]): void {
    for (const event of more) put({ kind: "event", streams: streamsOf(event.labels), event });
    tell();
  }

  add(...events);
  return {
    entries,
    add,
    append: (more) => {
      for (const entry of more) put(entry);
      tell();
      return Promise.resolve(end());
    },
    read: async (after, { entriesMax, bytesMax }, signal) => {
      while (entries.length <= after.sequence && !signal.aborted)
        await Promise.race([wake.promise, aborted(signal)]);
      if (signal.aborted) return [];
      const read: JournalEntry[] = [];
      let sizeBytes = 0;
      for (const entry of entries.slice(after.sequence, after.sequence + entriesMax)) {
        sizeBytes += entry.sizeBytes;
        if (read.length > 0 && sizeBytes > bytesMax) break;
        read.push(entry);
      }
      return read;
    },
    release: () => Promise.resolve(),
    get end() {
      return end();
    },
    start: ORIGIN,
    isFull: false,
    sizeBytes: 0,
    close: () => Promise.resolve(),
  };
}

export interface MemoryCursor extends Cursor {
  /** Sequences that it was durable at, in order. */
  readonly moves: readonly number[];
}

/** A cursor that survives whoever uses it, as its file would. */
export function createMemoryCursor(position: JournalPosition = ORIGIN): MemoryCursor {
  const moves: number[] = [];
  let current = position;
  return {
    name: "test",
    moves,
    get position() {
      return current;
    },
    advance: (to) => {
      if (to.sequence < current.sequence)
        return Promise.reject(new RangeError(`Cannot move the cursor back to ${to.sequence}`));
      current = to;
      moves.push(to.sequence);
      return Promise.resolve();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
