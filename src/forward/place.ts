import { describeError } from "../model/error.ts";
import type { JournalPosition } from "../model/position.ts";
import type { Clock } from "../ports/clock.ts";
import type { Cursor } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";

/** Where a pipeline stands. What is settled runs ahead of the durable cursor by at most the time between two writes of it. */
export interface Place {
  /** Everything up to here is settled. */
  readonly settledTo: JournalPosition;
  /** The caller settled everything up to here. Writes the cursor in its own time. */
  move(to: JournalPosition): void;
  /** True when the cursor is durable over the position; false where the signal was aborted before. */
  reached(position: JournalPosition, signal: AbortSignal): Promise<boolean>;
  /** Writes the cursor a last time, trying once. Nothing moves after it. */
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly cursor: Cursor;
  readonly clock: Clock;
  readonly log: Log;
  /** Between two writes, unless somebody waits for one. */
  readonly cursorMsMin: number;
  /** After a write that failed. */
  readonly retryMs: number;
}

export function createPlace(options: PlaceOptions): Place {
  const { cursor, clock, log } = options;
  const closing = new AbortController();
  const waiting = new Set<{ readonly sequence: number; readonly wake: () => void }>();
  let settledTo = cursor.position;
  let saving: Promise<void> | null = null;
  let hurry = new AbortController();
  let lastMs = Number.NEGATIVE_INFINITY;

  function isBehind(): boolean {
    return cursor.position.sequence < settledTo.sequence;
  }

  /** Somebody waits for a position that is settled: the next write will wake them. */
  function isAwaited(): boolean {
    return [...waiting].some(({ sequence }) => sequence <= settledTo.sequence);
  }

  function start(): void {
    if (saving !== null || !isBehind()) return;
    saving = save().finally(() => {
      saving = null;
      // A move may have come since the last look.
      if (!closing.signal.aborted) start();
    });
  }

  async function save(): Promise<void> {
    while (isBehind() && !closing.signal.aborted) {
      const waitMs = options.cursorMsMin - (clock.monotonicMs() - lastMs);
      if (waitMs > 0 && !isAwaited()) await clock.sleep(waitMs, hurry.signal);
      // The last time is for `close`.
      if (closing.signal.aborted) return;
      if (!(await write())) await clock.sleep(options.retryMs, closing.signal);
    }
  }

  /** A cursor that cannot be written costs nothing but copies after a crash: the pipeline goes on, and this is tried again. */
  async function write(): Promise<boolean> {
    lastMs = clock.monotonicMs();
    try {
      await cursor.advance(settledTo);
    } catch (error) {
      const fields = { cursor: cursor.name, sequence: settledTo.sequence };
      log.warn({ ...fields, cause: describeError(error) }, "Cannot write the cursor");
      return false;
    }
    for (const one of waiting) if (one.sequence <= cursor.position.sequence) one.wake();
    return true;
  }

  function wakeSaver(): void {
    hurry.abort();
    hurry = new AbortController();
  }

  return {
    get settledTo() {
      return settledTo;
    },
    move: (to) => {
      if (to.sequence <= settledTo.sequence) return;
      settledTo = to;
      if (isAwaited()) wakeSaver();
      start();
    },
    reached: async (position, signal) => {
      const isThere = (): boolean => cursor.position.sequence >= position.sequence;
      if (isThere() || signal.aborted || closing.signal.aborted) return isThere();
      await new Promise<void>((resolve) => {
        const one = {
          sequence: position.sequence,
          wake: () => {
            waiting.delete(one);
            signal.removeEventListener("abort", one.wake);
            resolve();
          },
        };
        waiting.add(one);
        signal.addEventListener("abort", one.wake);
        wakeSaver();
      });
      return isThere();
    },
    close: async () => {
      closing.abort();
      wakeSaver();
      await saving;
      if (isBehind()) await write();
      for (const one of waiting) one.wake();
    },
  };
}
