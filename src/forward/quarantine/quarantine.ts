import type { JournalEntry } from "../../model/entry.ts";
import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Disk } from "../../ports/disk.ts";
import type { Quarantine, RestCause } from "../../ports/quarantine.ts";
import { chunksOf } from "./chunks.ts";
import { compactFiles } from "./compact.ts";
import { openFileSet } from "./file-set.ts";
import { pipelineFolder } from "./files.ts";
import { allRecords, restingEvents } from "./read.ts";
import { resolvedEvent, restedEvent, restKey } from "./record.ts";
import type { RecordPlace } from "./record.ts";
import { createRecent } from "./recent.ts";
import type { Recent } from "./recent.ts";

export interface QuarantineOptions {
  readonly disk: Disk;
  /** Of all quarantines of the organization; the pipeline's own folder in it is made at its first rest. */
  readonly folder: string;
  readonly pipeline: string;
  readonly clock: Clock;
  /** A file is rolled once it has this size. 64 MiB. */
  readonly fileBytesMax?: number;
  /** Encoded events of one append. 4 MiB. */
  readonly appendBytesMax?: number;
}

/**
 * Opens the quarantine of a pipeline. A torn tail, the rest of an append that never resolved, is cut off; other damage fails closed
 * with QUARANTINE_UNREADABLE.
 *
 * Its files hold records in the order in which they were written: an event came to rest, again with another cause, or was resolved.
 * The last record of an event says how it is.
 */
export async function createQuarantine(options: QuarantineOptions): Promise<Quarantine> {
  const { disk, pipeline, clock, fileBytesMax = 64 * 1024 * 1024 } = options;
  const { appendBytesMax = 4 * 1024 * 1024 } = options;
  const folder = pipelineFolder(options.folder, pipeline);
  const files = await openFileSet({ disk, folder, pipeline, fileBytesMax });
  const { recent, ...known } = await fold(disk, folder);
  const carried = new Set(recent.keys());
  let { count, lastSequence } = known;
  let carriedOver = count;
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  /** Writes what `make` gives for each place. */
  async function append<T>(
    things: readonly T[],
    make: (thing: T, place: RecordPlace) => QuarantinedEvent,
  ): Promise<void> {
    const at = clock.now();
    const from = lastSequence + 1;
    await files.append(
      things.map((thing, index) => make(thing, { sequence: from + index, pipeline, at })),
    );
    lastSequence += things.length;
  }

  async function write(entries: readonly JournalEntry[], cause: RestCause): Promise<void> {
    for (const chunk of chunksOf(entries, appendBytesMax)) {
      await append(chunk, (entry, place) => restedEvent(entry, cause, place));
      for (const entry of chunk) recent.add(keyOf(entry));
    }
  }

  async function rest(entries: readonly JournalEntry[], cause: RestCause): Promise<void> {
    for (const chunk of chunksOf(entries.filter(isNew), appendBytesMax)) {
      await write(chunk, cause);
      count += chunk.length;
    }
    for (const entry of entries) if (carried.delete(keyOf(entry))) carriedOver--;
  }

  async function resolve(entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await append(entries, resolvedEvent);
    count -= entries.length;
    for (const entry of entries) {
      recent.remove(keyOf(entry));
      carried.delete(keyOf(entry));
    }
  }

  function isNew(entry: JournalEntry): boolean {
    return !recent.has(keyOf(entry));
  }

  return {
    rest: (entries, cause) => inTurn(() => rest(entries, cause)),
    restAgain: (entries, cause) => inTurn(() => write(entries, cause)),
    resolve: (entries) => inTurn(() => resolve(entries)),
    compact: () =>
      inTurn(() =>
        compactFiles({
          disk,
          folder,
          files,
          move: async (records) => {
            for (const chunk of chunksOf(records, appendBytesMax))
              await append(chunk, (record, { sequence }) => ({ ...record, sequence }));
          },
        }),
      ),
    list: () => restingEvents(disk, folder),
    get count() {
      return count;
    },
    get carriedOver() {
      return carriedOver;
    },
    close: async () => {
      await turn;
      await files.close();
    },
  };
}

/** What a quarantine holds, from its files. */
async function fold(
  disk: Disk,
  folder: string,
): Promise<{ readonly recent: Recent; readonly count: number; readonly lastSequence: number }> {
  const recent = createRecent();
  const resting = new Set<string>();
  let lastSequence = 0;
  for await (const record of allRecords(disk, folder)) {
    lastSequence = Math.max(lastSequence, record.sequence);
    const key = restKey(record);
    const isResolved = record.kind === "resolved";
    if (isResolved) resting.delete(key);
    else resting.add(key);
    if (isResolved) recent.remove(key);
    else recent.add(key);
  }
  return { recent, count: resting.size, lastSequence };
}

function keyOf({ id, position }: JournalEntry): string {
  return restKey({ eventId: id, journalSequence: position.sequence });
}
