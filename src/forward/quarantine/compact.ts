import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";
import type { Disk } from "../../ports/disk.ts";
import type { FileSet } from "./file-set.ts";
import { quarantineFiles } from "./files.ts";
import type { QuarantineFile } from "./files.ts";
import { recordsOf } from "./read.ts";
import { restKey } from "./record.ts";

export interface CompactOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly files: Pick<FileSet, "drop">;
  /** Writes the records once more, at the end. Resolves when they are durable. */
  readonly move: (records: readonly QuarantinedEvent[]) => Promise<void>;
}

/** What a record takes beside its event. */
const RECORD_BYTES = 200;

/** Records that are moved with one call. */
const MOVED_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Takes away files from the oldest on, as long as more than half of what all but the last one hold is no resting event any more. What
 * still rests in such a file is written again at the end first. A crash anywhere leaves copies of records, of which the later one
 * counts; and since files go in their order, a resolution never goes before the rest that it ends.
 */
export async function compactFiles(options: CompactOptions): Promise<void> {
  const { disk, folder, files, move } = options;
  const last = await lastRecords(disk, folder);
  const surveyed = await survey(disk, folder, last);
  surveyed.pop();
  for (let oldest = surveyed.shift(); oldest !== undefined; oldest = surveyed.shift()) {
    const all = [oldest, ...surveyed];
    const resting = sum(all.map(({ restingBytes }) => restingBytes));
    if (sum(all.map(({ sizeBytes }) => sizeBytes)) <= 2 * resting) return;
    for await (const records of restingIn(disk, oldest.file, last)) await move(records);
    await files.drop(oldest.file);
  }
}

interface Surveyed {
  readonly file: QuarantineFile;
  readonly sizeBytes: number;
  readonly restingBytes: number;
}

/** Sequence of the last record of each event that rests. */
async function lastRecords(disk: Disk, folder: string): Promise<ReadonlyMap<string, number>> {
  const last = new Map<string, number>();
  for (const file of await quarantineFiles(disk, folder))
    for await (const record of recordsOf(disk, file, false))
      if (record.kind === "resolved") last.delete(restKey(record));
      else last.set(restKey(record), record.sequence);
  return last;
}

async function survey(
  disk: Disk,
  folder: string,
  last: ReadonlyMap<string, number>,
): Promise<Surveyed[]> {
  const surveyed: Surveyed[] = [];
  for (const file of await quarantineFiles(disk, folder)) {
    let sizeBytes = 0;
    let restingBytes = 0;
    for await (const record of recordsOf(disk, file, false)) {
      const bytes = record.event.byteLength + RECORD_BYTES;
      sizeBytes += bytes;
      if (isResting(record, last)) restingBytes += bytes;
    }
    surveyed.push({ file, sizeBytes, restingBytes });
  }
  return surveyed;
}

async function* restingIn(
  disk: Disk,
  file: QuarantineFile,
  last: ReadonlyMap<string, number>,
): AsyncGenerator<readonly QuarantinedEvent[], void> {
  let records: QuarantinedEvent[] = [];
  let sizeBytes = 0;
  for await (const record of recordsOf(disk, file, false)) {
    if (!isResting(record, last)) continue;
    records.push(record);
    sizeBytes += record.event.byteLength;
    if (sizeBytes < MOVED_BYTES_MAX) continue;
    yield records;
    records = [];
    sizeBytes = 0;
  }
  if (records.length > 0) yield records;
}

function isResting(record: QuarantinedEvent, last: ReadonlyMap<string, number>): boolean {
  return last.get(restKey(record)) === record.sequence;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
