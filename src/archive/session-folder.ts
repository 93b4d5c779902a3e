import { createHash } from "node:crypto";
import { join } from "node:path";
import { systemCode } from "../model/error.ts";
import { formatTime, type Micros } from "../model/time.ts";
import type { Disk } from "../ports/disk.ts";

const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** Of names that are digests; an id that looks like one must not meet the folder of the id that it is the digest of. */
const DIGEST_MARK = "id-";

/**
 * Name of a session's folder. A session id is text of a foreign system: what is not plainly a file name becomes its digest, so that
 * no id can leave the archive or meet another one's folder.
 */
export function sessionFolderName(sessionId: string): string {
  if (PLAIN_NAME.test(sessionId) && !sessionId.startsWith(DIGEST_MARK)) return sessionId;
  return `${DIGEST_MARK}${createHash("sha256").update(sessionId).digest("hex")}`;
}

/** `yyyy/mm`, UTC. */
function monthOf(at: Micros): string {
  return formatTime(at).slice(0, 7).replace("-", "/");
}

/**
 * Where a session is archived: the folder that it has already, in whatever month it began; else one in the month of `firstSeen`,
 * which is the session's first event here.
 */
export async function findSessionFolder(
  disk: Disk,
  archiveFolder: string,
  session: { readonly id: string; readonly firstSeen: Micros },
): Promise<string> {
  const name = sessionFolderName(session.id);
  for (const year of await listOrEmpty(disk, archiveFolder))
    for (const month of await listOrEmpty(disk, join(archiveFolder, year))) {
      const folder = join(archiveFolder, year, month, name);
      if (await isThere(disk, folder)) return folder;
    }
  return join(archiveFolder, monthOf(session.firstSeen), name);
}

async function listOrEmpty(disk: Disk, folder: string): Promise<readonly string[]> {
  return disk.list(folder).catch(absent([]));
}

async function isThere(disk: Disk, path: string): Promise<boolean> {
  return (await disk.sizeBytes(path).catch(absent(null))) !== null;
}

/** What to take for something that is not there; any other error stays one. */
function absent<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return instead;
    throw error;
  };
}
