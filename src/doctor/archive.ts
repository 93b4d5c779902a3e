import { access, constants, stat } from "node:fs/promises";
import { join } from "node:path";
import { sessionFolderName } from "../archive/session-folder.ts";
import { HOME } from "../config/home.ts";
import { cursorPath, isPosition } from "../journal/cursors.ts";
import { newSegment, segmentsAmong } from "../journal/local/segment.ts";
import { describeError, systemCode } from "../model/error.ts";
import { loadDocument } from "../platform/document.ts";
import type { Disk } from "../ports/disk.ts";
import { ARCHIVE_PIPELINE } from "../relay/consumers.ts";
import { ok, problem, warning, type Check, type CheckResult, type Surgery } from "./check.ts";
import { checkFileSystem, checkOwner, firstThere, FREE_BYTES_MIN, freeBytesAt } from "./folder.ts";
import { bytes } from "./units.ts";

/**
 * Whether sessions can be archived, and whether they are: the archive is a consumer of the journal, which keeps all that is not
 * archived yet and is full one day.
 */
export const checkArchive: Check = async (surgery) => {
  const { archive, organization } = surgery.configuration;
  if (archive === null) return [];
  const folder = join(archive.directory, sessionFolderName(organization));
  const named = { check: "archive", of: folder };
  return [...(await checkFolder(surgery, named)), ...(await checkKept(surgery))];
};

async function checkFolder(
  { disk }: Surgery,
  named: { readonly check: string; readonly of: string },
): Promise<readonly CheckResult[]> {
  try {
    const place = await firstThere(named.of);
    const look = await stat(place);
    if (!look.isDirectory())
      return [
        problem(named, `"${place}" is no folder`, "Move it away, or set another archive.directory"),
      ];
    await access(place, constants.W_OK | constants.X_OK);
    return [
      checkOwner(named, { isThere: place === named.of, mode: look.mode, uid: look.uid }),
      await checkFileSystem(place, disk, "archive.directory"),
      await checkSpace(place),
    ];
  } catch (error) {
    return [
      problem(
        named,
        `cannot be written to: ${describeError(error)}`,
        "See to its permissions and its file system, and to ReadWritePaths of the service's unit",
      ),
    ];
  }
}

async function checkSpace(place: string): Promise<CheckResult> {
  const named = { check: "archive's space", of: place };
  const freeBytes = await freeBytesAt(place);
  const seen = `${bytes(freeBytes)} free`;
  if (freeBytes >= FREE_BYTES_MIN) return ok(named, seen);
  return problem(
    named,
    seen,
    "Free space: the archive waits when its disk is full, and the journal keeps what it waits for",
  );
}

/** What of the journal stays for the archive; its newest segment stays for everybody. */
async function checkKept({ home, disk, configuration }: Surgery): Promise<readonly CheckResult[]> {
  const named = { check: "archive's place", of: ARCHIVE_PIPELINE.slug };
  const loaded = await loadDocument(
    disk,
    cursorPath(join(home, HOME.cursors), ARCHIVE_PIPELINE.slug),
  );
  // The check of cursors says what is missing or damaged.
  if (loaded.status !== "loaded" || !isPosition(loaded.content)) return [];
  const { sequence } = loaded.content;
  const folder = join(home, HOME.journal);
  const firsts = segmentsAmong(await disk.list(folder));
  let keptBytes = 0;
  for (const [index, first] of firsts.entries()) {
    const next = firsts[index + 1];
    if (next !== undefined && next - 1 > sequence)
      keptBytes += await sizeOrNone(disk, newSegment(folder, first).path);
  }
  const { sizeBytesMax } = configuration.journal;
  const seen = `the journal keeps ${bytes(keptBytes)} for it, of at most ${bytes(sizeBytesMax)}`;
  if (keptBytes <= sizeBytesMax / 2) return [ok(named, seen)];
  return [
    warning(
      named,
      seen,
      "The log says with ARCHIVE_WRITE_FAILED what is in its way: intake waits when the journal is full",
    ),
  ];
}

async function sizeOrNone(disk: Disk, path: string): Promise<number> {
  try {
    return await disk.sizeBytes(path);
  } catch (error) {
    // Released while we looked.
    if (systemCode(error) === "ENOENT") return 0;
    throw error;
  }
}
