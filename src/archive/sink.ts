import { join } from "node:path";
import { DELIVERED, type Delivery } from "../model/delivery.ts";
import type { JournalEntry } from "../model/entry.ts";
import { ChaperoneError, describeError } from "../model/error.ts";
import type { Disk } from "../ports/disk.ts";
import type { Sink } from "../ports/sink.ts";
import { findSessionFolder, sessionFolderName } from "./session-folder.ts";
import { openSessionFile, type SessionFile } from "./session-file.ts";

export interface ArchiveOptions {
  readonly disk: Disk;
  /** Folder of the archive; the organization's is below it. */
  readonly folder: string;
  readonly organization: string;
}

/** Sessions whose ids are kept in memory, the least recently used forgotten first. */
const SESSIONS_MAX = 64;

/**
 * The archive as a consumer like the others: a sink that appends the events of every session to the session's folder
 * (`organization/yyyy/mm/session-id/events.avro`, and beside it those of session-file.ts) and settles per batch: all files synced,
 * then `delivered`. An event that is there already is not written again, so a batch may come twice.
 */
export function createArchiveSink(options: ArchiveOptions): Sink {
  const archiveFolder = join(options.folder, sessionFolderName(options.organization));
  const sessions = new Map<string, SessionFile>();

  async function sessionOf(id: string, first: JournalEntry): Promise<SessionFile> {
    const known = sessions.get(id) ?? (await openSession(id, first));
    sessions.delete(id);
    sessions.set(id, known);
    const [oldest] = sessions.keys();
    if (sessions.size > SESSIONS_MAX && oldest !== undefined) sessions.delete(oldest);
    return known;
  }

  async function openSession(id: string, first: JournalEntry): Promise<SessionFile> {
    const session = { id, firstSeen: first.event().occurredAt };
    const folder = await findSessionFolder(options.disk, archiveFolder, session);
    return openSessionFile(options.disk, folder);
  }

  return {
    batch: { entriesMax: 2_000, bytesMax: 8 * 1024 * 1024 },
    connect: async () => {
      try {
        await options.disk.makeFolder(archiveFolder);
      } catch (cause) {
        throw new ChaperoneError("ARCHIVE_WRITE_FAILED", `Cannot make folder "${archiveFolder}"`, {
          cause,
        });
      }
    },
    deliver: async (entries, signal): Promise<Delivery> => {
      try {
        for (const [id, [first, ...rest]] of bySession(entries)) {
          if (signal.aborted) return retry("stopped");
          if (first !== undefined) await (await sessionOf(id, first)).append([first, ...rest]);
        }
        return DELIVERED;
      } catch (error) {
        sessions.clear();
        return retry(describeError(error));
      }
    },
    close: () => Promise.resolve(sessions.clear()),
  };
}

/** Events without a session are nothing to archive: settled as they are. */
function bySession(entries: readonly JournalEntry[]): Map<string, JournalEntry[]> {
  const groups = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    const id = entry.event().session?.id;
    if (id === undefined) continue;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [entry]);
    else group.push(entry);
  }
  return groups;
}

function retry(cause: string): Delivery {
  return {
    status: "retry",
    code: "ARCHIVE_WRITE_FAILED",
    cause: `Cannot write the archive: ${cause}`,
    retryAfterMs: null,
  };
}
