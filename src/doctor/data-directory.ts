import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { describeError, systemCode } from "../model/error.ts";
import { isRunning, lastHolder } from "../platform/lock.ts";
import type { Disk } from "../ports/disk.ts";
import { ok, problem, warning, type Check, type CheckResult } from "./check.ts";
import { bytes } from "./units.ts";

/**
 * File systems by their number (statfs(2)) that do not keep what an fsync was resolved for, or on which SQLite's locks are not to be
 * relied on (https://www.sqlite.org/faq.html#q5).
 */
const UNSAFE: Readonly<Record<number, string>> = {
  0x01021994: "tmpfs, which a restart of the machine empties",
  0x858458f6: "ramfs, which a restart of the machine empties",
  0x6969: "NFS, whose locks and fsyncs depend on the server",
  0xff534d42: "CIFS, whose locks and fsyncs depend on the server",
  0xfe534d42: "SMB, whose locks and fsyncs depend on the server",
  0x65735546: "FUSE, whose fsyncs depend on the program behind it",
};

const FREE_BYTES_MIN = 256 * 1024 * 1024;

/** Where the durable state is, or will be: its owner, its mode, its file system, its space, and who uses it. */
export const checkDataDirectory: Check = async ({ home, configuration, disk }) => {
  const place = await firstThere(home);
  const named = { check: "data directory", of: home };
  try {
    const look = await stat(place);
    const owner = checkOwner(named, { isThere: place === home, mode: look.mode, uid: look.uid });
    const size = await sizeIn(disk, `${home}/journal`);
    const { sizeBytesMax } = configuration.journal;
    return [
      owner,
      await checkFileSystem(place, disk),
      await checkSpace(place, { usedBytes: size, sizeBytesMax }),
      checkLock(home),
    ];
  } catch (error) {
    return [problem(named, `cannot look at it: ${describeError(error)}`, "See to its permissions")];
  }
};

/** The folder, or the first one above it that is there. */
async function firstThere(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch (error) {
    const above = dirname(folder);
    if (systemCode(error) !== "ENOENT" || above === folder) throw error;
    return firstThere(above);
  }
}

const OTHERS = 0o077;

function checkOwner(
  named: { readonly check: string; readonly of: string },
  {
    isThere,
    mode,
    uid,
  }: { readonly isThere: boolean; readonly mode: number; readonly uid: number },
): CheckResult {
  if (!isThere) return ok(named, "not there yet: the first run makes it");
  const mine = process.getuid?.() ?? uid;
  if (mine !== uid)
    return warning(
      named,
      `belongs to user ${uid}, and this command runs as user ${mine}`,
      `Run it as the service's user, whose rights are in question: sudo -u '#${uid}' chaperone doctor`,
    );
  const shown = (mode & 0o777).toString(8);
  if ((mode & OTHERS) === 0) return ok(named, `mode ${shown}, user ${uid}`);
  return warning(named, `mode ${shown}: others may look into it`, `chmod go-rwx '${named.of}'`);
}

async function checkFileSystem(place: string, disk: Disk): Promise<CheckResult> {
  const named = { check: "file system", of: place };
  const { type } = await statfs(place);
  const unsafe = UNSAFE[type];
  if (unsafe !== undefined)
    return problem(named, unsafe, "Put dataDir on a local disk: ext4 or XFS");
  try {
    await disk.syncFolder(place);
    return ok(named, `type 0x${type.toString(16)}, fsync works`);
  } catch (error) {
    return problem(
      named,
      `fsync fails: ${describeError(error)}`,
      "Check the disk: nothing could be acknowledged",
    );
  }
}

async function checkSpace(
  place: string,
  { usedBytes, sizeBytesMax }: { readonly usedBytes: number; readonly sizeBytesMax: number },
): Promise<CheckResult> {
  const named = { check: "space", of: place };
  const { bavail, bsize } = await statfs(place);
  const freeBytes = bavail * bsize;
  const seen = `${bytes(freeBytes)} free, the journal has ${bytes(usedBytes)} of at most ${bytes(sizeBytesMax)}`;
  if (freeBytes < FREE_BYTES_MIN)
    return problem(named, seen, "Free space: intake waits when the disk is full");
  if (freeBytes + usedBytes < sizeBytesMax)
    return warning(
      named,
      seen,
      "The disk is full before journal.sizeBytesMax is reached: lower it, or add space",
    );
  return ok(named, seen);
}

function checkLock(home: string): CheckResult {
  const named = { check: "process", of: home };
  const pid = lastHolder(home);
  if (pid === null) return ok(named, "nothing has run here yet");
  return ok(
    named,
    isRunning(pid) ? `process ${pid} uses it` : `process ${pid} used it last, and has ended`,
  );
}

async function sizeIn(disk: Disk, folder: string): Promise<number> {
  let size = 0;
  try {
    for (const name of await disk.list(folder)) size += await disk.sizeBytes(`${folder}/${name}`);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  return size;
}
