import { ContainerError } from "../../avro/container-error.ts";
import { openContainerFile } from "../../avro/container-file.ts";
import type { ContainerFile } from "../../avro/container-file.ts";
import type { JournalEntry } from "../../model/entry.ts";
import { ChaperoneError, describeError, systemCode } from "../../model/error.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Disk } from "../../ports/disk.ts";
import type { Quarantine, RestCause } from "../../ports/quarantine.ts";
import { pipelineFolder, quarantineFile, quarantineFiles } from "./files.ts";
import { allRecords, restingEvents } from "./read.ts";
import { QUARANTINE_SCHEMA, encodeQuarantined, restKey, restedEvent } from "./record.ts";
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
 * with QUARANTINE_UNREADABLE. `rest` rejects with QUARANTINE_WRITE_FAILED where a failed fsync must end the process; any other
 * rejection (a full disk) leaves everything as it was, and the same call may be made again. An entry that rests already, since a
 * crash came between its rest and the cursor, is not written twice.
 */
export async function createQuarantine(options: QuarantineOptions): Promise<Quarantine> {
  const { disk, pipeline, clock, fileBytesMax = 64 * 1024 * 1024 } = options;
  const folder = pipelineFolder(options.folder, pipeline);
  const header = {
    schema: QUARANTINE_SCHEMA,
    codec: "zstandard",
    metadata: { "chaperone.pipeline": pipeline },
  } as const;
  const appendBytesMax = options.appendBytesMax ?? 4 * 1024 * 1024;
  const files = await quarantineFiles(disk, folder);
  const last = files.at(-1);
  let file = last === undefined ? null : await open(last.path);
  const { recent, ...known } = await fold(disk, folder);
  const carried = new Set(recent.keys());
  let { count, lastSequence } = known;
  let carriedOver = count;
  let turn: Promise<unknown> = Promise.resolve();

  async function open(path: string): Promise<ContainerFile | null> {
    try {
      return await openContainerFile(disk, path, header);
    } catch (error) {
      // A file of an earlier version's schema is read as it is; the next one begins beside it.
      if (error instanceof ContainerError && error.problem === "other-schema") return null;
      throw unreadableOr(error, path);
    }
  }

  /** The file that is written to: a new one where there is none, or the last one is full. */
  async function current(): Promise<ContainerFile> {
    if (file !== null && file.sizeBytes < fileBytesMax) return file;
    await disk.makeFolder(folder);
    const number = (await quarantineFiles(disk, folder)).at(-1)?.number ?? 0;
    const opened = await begin(quarantineFile(folder, number + 1).path);
    await file?.close();
    file = opened;
    return opened;
  }

  /** A file that could not be begun is taken away: a header of which nobody knows whether the disk has it must not be built on. */
  async function begin(path: string): Promise<ContainerFile> {
    try {
      return await openContainerFile(disk, path, header);
    } catch (error) {
      await disk.unlink(path).catch((unlinked: unknown) => {
        if (systemCode(unlinked) === "ENOENT") return;
        throw fatal(pipeline, `${describeError(error)}; ${describeError(unlinked)}`, error);
      });
      throw error;
    }
  }

  async function append(entries: readonly JournalEntry[], cause: RestCause): Promise<void> {
    const target = await current();
    const at = clock.now();
    const rested = entries.map((entry, index) =>
      restedEvent(entry, cause, { sequence: lastSequence + 1 + index, pipeline, at }),
    );
    try {
      await target.append(rested.map(encodeQuarantined));
    } catch (error) {
      const isFailed = error instanceof ContainerError && error.problem === "failed";
      throw isFailed ? fatal(pipeline, describeError(error), error) : error;
    }
    lastSequence += rested.length;
    count += rested.length;
    for (const one of rested) recent.add(restKey(one));
  }

  async function rest(entries: readonly JournalEntry[], cause: RestCause): Promise<void> {
    for (const chunk of chunks(entries.filter(isNew), appendBytesMax)) await append(chunk, cause);
    for (const entry of entries) if (carried.delete(keyOf(entry))) carriedOver--;
  }

  function isNew(entry: JournalEntry): boolean {
    return !recent.has(keyOf(entry));
  }

  return {
    rest: (entries, cause) => {
      const done = turn.then(() => rest(entries, cause));
      turn = done.catch(() => undefined);
      return done;
    },
    list: () => restingEvents(disk, folder),
    get count() {
      return count;
    },
    get carriedOver() {
      return carriedOver;
    },
    close: async () => {
      await turn;
      await file?.close();
      file = null;
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

function* chunks(
  entries: readonly JournalEntry[],
  bytesMax: number,
): Generator<readonly JournalEntry[], void> {
  let from = 0;
  let sizeBytes = 0;
  for (const [index, entry] of entries.entries()) {
    if (index > from && sizeBytes + entry.sizeBytes > bytesMax) {
      yield entries.slice(from, index);
      from = index;
      sizeBytes = 0;
    }
    sizeBytes += entry.sizeBytes;
  }
  if (from < entries.length) yield entries.slice(from);
}

function fatal(pipeline: string, why: string, cause: unknown): ChaperoneError {
  return new ChaperoneError(
    "QUARANTINE_WRITE_FAILED",
    `Cannot put events of pipeline "${pipeline}" to rest: ${why}`,
    { cause },
  );
}

function unreadableOr(error: unknown, path: string): unknown {
  if (!(error instanceof ContainerError) || error.problem !== "damaged") return error;
  return new ChaperoneError(
    "QUARANTINE_UNREADABLE",
    `Cannot open quarantine file "${path}": ${error.message}`,
    { cause: error, hint: "Restore the file, or move it away and keep it: its events are in it." },
  );
}
