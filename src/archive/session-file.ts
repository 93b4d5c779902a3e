import { join } from "node:path";
import { openContainerFile, settleContainerFile } from "../avro/container-file.ts";
import { readContainerFile } from "../avro/container-read.ts";
import { EVENT_SCHEMA } from "../avro/event.ts";
import { ChaperoneError } from "../model/error.ts";
import type { JournalEntry } from "../model/entry.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Disk } from "../ports/disk.ts";

/**
 * Names of the files of events within a session's folder, each an Avro container of AuditEvent: `events.avro`, and `events-2.avro`,
 * `events-3.avro`, … from each time on that a version with another schema went on with the session. What is archived is never written
 * again.
 */
const EVENTS_FILE = /^events(?:-([1-9]\d{0,8}))?\.avro$/;

const FILE_OPTIONS = { schema: EVENT_SCHEMA, codec: "zstandard" } as const;

/** The archived events of one session. */
export interface SessionFile {
  readonly folder: string;
  /** Appends those that are not there yet; resolves when they are durable. */
  append(entries: readonly JournalEntry[]): Promise<void>;
}

/** The file is opened for each append and closed after it: thousands of sessions are open at once, and few of them speak. */
export async function openSessionFile(disk: Disk, folder: string): Promise<SessionFile> {
  await disk.makeFolder(folder);
  const numbers = await eventFileNumbers(disk, folder);
  const archived = new Set<string>();
  let isCurrent = true;
  for (const number of numbers) {
    const path = eventFile(folder, number);
    // Cuts a torn tail off and syncs the rest, so that the ids read after it are those that stay.
    isCurrent = await settleContainerFile(disk, path, FILE_OPTIONS);
    for await (const { id } of eventsIn(disk, path)) archived.add(id);
  }
  const last = numbers.at(-1) ?? 1;
  const path = eventFile(folder, isCurrent ? last : last + 1);
  return {
    folder,
    append: async (entries) => {
      const fresh = firstOfEach(entries).filter((entry) => !archived.has(entry.id));
      if (fresh.length === 0) return;
      const file = await openContainerFile(disk, path, { ...FILE_OPTIONS, isDurable: true });
      try {
        await file.append(fresh.map((entry) => entry.encoded));
      } finally {
        await file.close();
      }
      for (const entry of fresh) archived.add(entry.id);
    },
  };
}

/** Ascending. */
async function eventFileNumbers(disk: Disk, folder: string): Promise<readonly number[]> {
  return (await disk.list(folder))
    .map((name) => EVENTS_FILE.exec(name))
    .filter((match) => match !== null)
    .map(([, number]) => Number(number ?? 1))
    .toSorted((a, b) => a - b);
}

function eventFile(folder: string, number: number): string {
  return join(folder, number === 1 ? "events.avro" : `events-${number}.avro`);
}

async function* eventsIn(disk: Disk, path: string): AsyncGenerator<AuditEvent, void> {
  const events = readContainerFile<AuditEvent>(disk, path, {
    schema: EVENT_SCHEMA,
    onFault: (fault) => {
      throw new ChaperoneError(
        "ARCHIVE_WRITE_FAILED",
        `Cannot append to archived session "${path}": byte ${fault.offsetBytes}: ${fault.cause}`,
        {
          hint: "Move the session's folder away and keep it; its events are still in the journal as far back as that reaches",
        },
      );
    },
  });
  for await (const { value } of events) yield value;
}

function firstOfEach(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const ids = new Set<string>();
  return entries.filter((entry) => ids.size < ids.add(entry.id).size);
}
