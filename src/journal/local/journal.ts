import { ChaperoneError } from "../../model/error.ts";
import type { JournalPosition } from "../../model/position.ts";
import type { Journal, ReadLimits } from "../../ports/journal.ts";
import { createCommits } from "./commits.ts";
import { positionAt } from "./entry.ts";
import type { LocalEntry } from "./entry.ts";
import { settingsOf } from "./options.ts";
import type { LocalJournalOptions } from "./options.ts";
import { createPersist } from "./persist.ts";
import { createRecent } from "./recent.ts";
import type { Recent, Taken } from "./recent.ts";
import { recover } from "./recovery.ts";
import { createRetention } from "./retention.ts";
import { createSegmentWriter } from "./segment-writer.ts";
import { createSpace } from "./space.ts";
import { createStored } from "./stored.ts";
import { createWaiters } from "./waiters.ts";

export interface LocalJournal extends Journal {
  /** The entries in memory, for whoever knows its readers. */
  readonly recent: Pick<Recent, "bytesAfter" | "forget">;
}

/**
 * The journal on this machine's disk:
 *
 *   append → commits (gather, encode, compress) → persist (space, write, fsync) → recent (memory) → read
 *                                                         ↓
 *                                               segments (Avro container files) → stored → read
 *
 * At most one process may have the folder open; the lock of the data directory sees to that. Opening recovers what an earlier run left, and
 * fails closed (JOURNAL_DAMAGED) where the folder is not what that run left.
 */
export async function createLocalJournal(options: LocalJournalOptions): Promise<LocalJournal> {
  const settings = settingsOf(options);
  const segments = await recover(settings);
  const recent = createRecent(settings.recentBytesMax);
  const stored = createStored({ ...settings, segments });
  const waiters = createWaiters();
  const retention = createRetention(settings, segments);
  const space = createSpace(settings, segments, retention);
  const writer = createSegmentWriter(settings, segments, stored.wrote);
  const persist = createPersist(settings, { writer, space }, ({ entries }) => {
    recent.add(entries);
    waiters.wake();
  });
  const commits = createCommits(settings, persist, segments.end);

  async function read(
    after: JournalPosition,
    limits: ReadLimits,
    signal: AbortSignal,
  ): Promise<readonly LocalEntry[]> {
    if (after.sequence > segments.end) throw beyond(settings.folder, after, segments.end);
    let reached = after.sequence;
    const into: Taken = { entries: [], sizeBytes: 0, isFull: false, limits };
    while (!signal.aborted) {
      if (reached < segments.end && !recent.take(reached, into)) {
        reached = await stored.take(reached, into);
        if (!into.isFull) continue;
      }
      if (into.entries.length > 0) break;
      await waiters.wait(signal);
    }
    return into.entries;
  }

  return {
    append: (entries) => commits.append(entries),
    read,
    recent,
    release: async (upTo) => {
      recent.forget(upTo.sequence);
      await retention.release(upTo.sequence);
      space.freed();
    },
    get start() {
      return positionAt(segments.start);
    },
    get end() {
      return positionAt(segments.end);
    },
    get isFull() {
      return persist.isWaiting;
    },
    get sizeBytes() {
      return segments.sizeBytes;
    },
    close: async () => {
      await commits.close();
      await writer.seal();
    },
  };
}

/** A reader that is ahead of us has seen entries that are gone. Going on would skip as many new ones. */
function beyond(folder: string, after: JournalPosition, end: number): ChaperoneError {
  return new ChaperoneError(
    "JOURNAL_DAMAGED",
    `Cannot read journal "${folder}" after entry ${after.sequence}: it ends with entry ${end}`,
    { hint: "Journal and cursors are not of the same time. Restore both from the same copy." },
  );
}
