import { join } from "node:path";
import { openContainerFile } from "../avro/container-file.ts";
import { readContainerFile } from "../avro/container-read.ts";
import { EVENT_SCHEMA } from "../avro/event.ts";
import { ChaperoneError } from "../model/error.ts";
import type { JournalEntry } from "../model/entry.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Disk } from "../ports/disk.ts";

/** Name of the file of events within a session's folder: an Avro container of AuditEvent. */
const EVENTS_FILE = "events.avro";

/** The archived events of one session. */
export interface SessionFile {
  readonly folder: string;
  /** Appends those that are not there yet; resolves when they are durable. */
  append(entries: readonly JournalEntry[]): Promise<void>;
}

/** The file is opened for each append and closed after it: thousands of sessions are open at once, and few of them speak. */
export async function openSessionFile(disk: Disk, folder: string): Promise<SessionFile> {
  const path = join(folder, EVENTS_FILE);
  await disk.makeFolder(folder);
  // Opening cuts a torn tail off and syncs the rest, so that the ids read after it are those that stay.
  await (await open(disk, path, false)).close();
  const archived = await readIds(disk, path);
  return {
    folder,
    append: async (entries) => {
      const fresh = firstOfEach(entries).filter((entry) => !archived.has(entry.id));
      if (fresh.length === 0) return;
      const file = await open(disk, path, true);
      try {
        await file.append(fresh.map((entry) => entry.encoded));
      } finally {
        await file.close();
      }
      for (const entry of fresh) archived.add(entry.id);
    },
  };
}

function open(disk: Disk, path: string, isDurable: boolean): ReturnType<typeof openContainerFile> {
  return openContainerFile(disk, path, { schema: EVENT_SCHEMA, codec: "zstandard", isDurable });
}

async function readIds(disk: Disk, path: string): Promise<Set<string>> {
  const ids = new Set<string>();
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
  for await (const { value } of events) ids.add(value.id);
  return ids;
}

function firstOfEach(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const ids = new Set<string>();
  return entries.filter((entry) => ids.size < ids.add(entry.id).size);
}
