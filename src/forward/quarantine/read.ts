import type { ContainerFault } from "../../avro/container.ts";
import { readContainerFile } from "../../avro/container-read.ts";
import { ChaperoneError, systemCode } from "../../model/error.ts";
import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";
import type { Disk } from "../../ports/disk.ts";
import { quarantineFiles, pipelineFolder, quarantinedPipelines } from "./files.ts";
import type { QuarantineFile } from "./files.ts";
import { QUARANTINE_SCHEMA, restKey } from "./record.ts";

/** What to read; what is left out does not matter. */
export interface QuarantineFilter {
  readonly pipeline?: string;
  readonly eventId?: string;
  /** The code (refused, too-large, suspect), or a part of the cause. */
  readonly cause?: string;
}

/**
 * Resting events of an organization (`folder` holds its quarantines), pipeline by pipeline, oldest first. Needs no lock: a process that is running may go on
 * writing meanwhile, and what it has under way is not seen. Rejects with QUARANTINE_UNREADABLE where a file is damaged.
 */
export async function* readQuarantine(
  disk: Disk,
  folder: string,
  filter: QuarantineFilter = {},
): AsyncGenerator<QuarantinedEvent, void> {
  for (const pipeline of await quarantinedPipelines(disk, folder)) {
    if (filter.pipeline !== undefined && filter.pipeline !== pipeline) continue;
    for await (const resting of restingEvents(disk, pipelineFolder(folder, pipeline)))
      if (isAskedFor(resting, filter)) yield resting;
  }
}

/**
 * Resting events of one quarantine's folder, oldest first, each once, those that were resolved left out. A writer that moves an event
 * to a later place meanwhile hides none.
 */
export async function* restingEvents(
  disk: Disk,
  folder: string,
): AsyncGenerator<QuarantinedEvent, void> {
  const lastOf = new Map<string, number>();
  for await (const record of allRecords(disk, folder))
    if (record.kind === "resolved") lastOf.delete(restKey(record));
    else lastOf.set(restKey(record), record.sequence);
  for await (const record of allRecords(disk, folder)) {
    const key = restKey(record);
    if (record.kind === "resolved" || record.sequence < (lastOf.get(key) ?? Infinity)) continue;
    lastOf.delete(key);
    yield record;
  }
}

/** Everything that a quarantine's files hold, rests and resolutions, with files that are begun meanwhile. */
export async function* allRecords(
  disk: Disk,
  folder: string,
): AsyncGenerator<QuarantinedEvent, void> {
  let isRead = (_file: QuarantineFile): boolean => false;
  for (;;) {
    const files = (await quarantineFiles(disk, folder)).filter((file) => !isRead(file));
    const last = files.at(-1);
    if (last === undefined) return;
    for (const file of files) yield* recordsOf(disk, file, file === last);
    isRead = ({ number }) => number <= last.number;
  }
}

/**
 * A fault at the end of the last file is an append that is under way, or was when the process ended; any other one is damage. A file
 * that is gone by now holds nothing that still rests.
 */
export async function* recordsOf(
  disk: Disk,
  file: QuarantineFile,
  isLast: boolean,
): AsyncGenerator<QuarantinedEvent, void> {
  let fault: ContainerFault | null = null;
  const records = readContainerFile<QuarantinedEvent>(disk, file.path, {
    schema: QUARANTINE_SCHEMA,
    onFault: (found) => {
      if (fault !== null) throw unreadable(file, fault);
      fault = found;
    },
  });
  try {
    for await (const { value } of records) {
      if (fault !== null) throw unreadable(file, fault);
      yield value;
    }
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  if (fault !== null && !isLast) throw unreadable(file, fault);
}

function unreadable(file: QuarantineFile, fault: ContainerFault): ChaperoneError {
  return new ChaperoneError(
    "QUARANTINE_UNREADABLE",
    `Cannot read quarantine file "${file.path}" at byte ${fault.offsetBytes}: ${fault.cause}`,
    { hint: "Restore the file, or move it away and keep it: its events are in it." },
  );
}

/** Whether the filter, its pipeline aside, is for this one. */
export function isAskedFor(
  resting: QuarantinedEvent,
  { eventId, cause }: QuarantineFilter,
): boolean {
  return (
    (eventId === undefined || resting.eventId === eventId) &&
    (cause === undefined || resting.code === cause || resting.cause.includes(cause))
  );
}
