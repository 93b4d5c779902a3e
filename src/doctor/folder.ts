import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { describeError, systemCode } from "../model/error.ts";
import type { Disk } from "../ports/disk.ts";
import { ok, problem, warning, type CheckResult } from "./check.ts";

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

/** Less than that is gone before anybody looks. */
export const FREE_BYTES_MIN: number = 256 * 1024 * 1024;

export async function freeBytesAt(place: string): Promise<number> {
  const { bavail, bsize } = await statfs(place);
  return bavail * bsize;
}

/** The folder, or the first one above it that is there. */
export async function firstThere(folder: string): Promise<string> {
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

export function checkOwner(
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

/** @param setting names the folder in the configuration. */
export async function checkFileSystem(
  place: string,
  disk: Disk,
  setting: string,
): Promise<CheckResult> {
  const named = { check: "file system", of: place };
  const { type } = await statfs(place);
  const unsafe = UNSAFE[type];
  if (unsafe !== undefined)
    return problem(named, unsafe, `Put ${setting} on a local disk: ext4 or XFS`);
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
