import { setImmediate as nextTurn } from "node:timers/promises";
import { createLocalJournal } from "../../src/journal/local/journal.ts";
import type { LocalJournal } from "../../src/journal/local/journal.ts";
import type { Damage, LocalJournalOptions } from "../../src/journal/local/options.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Disk } from "../../src/ports/disk.ts";
import type { Journal } from "../../src/ports/journal.ts";
import type { Log } from "../../src/ports/log.ts";
import type { JournalEntry } from "../../src/model/entry.ts";
import { ORIGIN } from "../../src/model/position.ts";
import type { JournalPosition } from "../../src/model/position.ts";

/** A journal for a test, with everything that it told somebody. */
export interface JournalBench {
  readonly journal: LocalJournal;
  readonly damages: Damage[];
  readonly log: LogLines;
}

export type LogLines = Log & { readonly lines: string[] };

export const FOLDER = "/journal";

export async function openJournal(
  disk: Disk,
  options: Partial<LocalJournalOptions> = {},
): Promise<JournalBench> {
  const damages: Damage[] = [];
  const log = linesOfLog();
  const journal = await createLocalJournal({
    folder: FOLDER,
    disk,
    clock: createImpatientClock(),
    log,
    onDamage: (damage) => damages.push(damage),
    ...options,
  });
  return { journal, damages, log };
}

/** A clock that never makes anybody wait: whoever sleeps goes on in the next turn, and the time is over. */
export function createImpatientClock(startMs: number = 0): Clock & { passMs(ms: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs * 1_000,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      await nextTurn();
      nowMs += ms;
    },
    passMs: (ms) => {
      nowMs += ms;
    },
  };
}

export function linesOfLog(): LogLines {
  const lines: string[] = [];
  const add = (_fields: unknown, message: string): void => {
    lines.push(message);
  };
  return { lines, debug: add, info: add, warn: add, error: add };
}

/** Reads to the journal's end, a few entries at a time, as a forwarder does. */
export async function readAll(
  journal: Journal,
  options: { readonly after?: JournalPosition; readonly entriesMax?: number } = {},
): Promise<readonly JournalEntry[]> {
  const limits = { entriesMax: options.entriesMax ?? 7, bytesMax: 1024 * 1024 };
  const entries: JournalEntry[] = [];
  let after = options.after ?? ORIGIN;
  while (after.sequence < journal.end.sequence) {
    // A lost tail never becomes readable: what can be had comes within a few turns.
    const batch = await journal.read(after, limits, soon());
    if (batch.length === 0) break;
    entries.push(...batch);
    after = batch.at(-1)?.position ?? after;
  }
  return entries;
}

export async function idsOf(journal: Journal): Promise<readonly string[]> {
  return (await readAll(journal)).map((entry) => entry.id);
}

export function ids(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `event-${from + index}`);
}

function soon(): AbortSignal {
  return AbortSignal.timeout(300);
}
