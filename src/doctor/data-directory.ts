import { stat } from "node:fs/promises";
import { describeError, systemCode } from "../model/error.ts";
import { isRunning, lastHolder } from "../platform/lock.ts";
import type { Disk } from "../ports/disk.ts";
import { ok, problem, warning, type Check, type CheckResult } from "./check.ts";
import { checkFileSystem, checkOwner, firstThere, FREE_BYTES_MIN, freeBytesAt } from "./folder.ts";
import { bytes } from "./units.ts";

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
      await checkFileSystem(place, disk, "dataDir"),
      await checkSpace(place, { usedBytes: size, sizeBytesMax }),
      checkLock(home),
    ];
  } catch (error) {
    return [problem(named, `cannot look at it: ${describeError(error)}`, "See to its permissions")];
  }
};

async function checkSpace(
  place: string,
  { usedBytes, sizeBytesMax }: { readonly usedBytes: number; readonly sizeBytesMax: number },
): Promise<CheckResult> {
  const named = { check: "space", of: place };
  const freeBytes = await freeBytesAt(place);
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
