import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../../../../src/model/error.ts";
import type { Arrangement, Row, Site } from "../row.ts";
import type { Trial } from "../trial.ts";

const DISK = "disk";
const BALLAST = "ballast";
/** Room for the journal of a run, since retention keeps what is delivered. */
const SIZE_BYTES = { full: 512 * 1024 * 1024, quick: 96 * 1024 * 1024 };

export const diskFull: Row = {
  name: "disk-full",
  fault: "disk full for 20 s",
  guarantee: "a full disk holds up intake and loses nothing",
  whyNot: mayMount,
  arrange: ownDisk,
  run: async (trial) => {
    await trial.lasting({ full: 3_000, quick: 800 });
    fill(trial);
    await trial.lasting({ full: 20_000, quick: 3_000 });
    if (!trial.chaperone.isRunning) throw new Error("It did not outlive a full disk");
    free(trial);
    await trial.lasting({ full: 3_000, quick: 500 });
  },
};

export const diskFullKill: Row = {
  name: "disk-full-kill-9",
  fault: "kill -9 on a full disk, and a start on it",
  guarantee:
    "a process that is killed on a full disk, and started on it, loses nothing once there is room",
  whyNot: mayMount,
  arrange: ownDisk,
  run: async (trial) => {
    await trial.lasting({ full: 3_000, quick: 800 });
    fill(trial);
    await trial.lasting({ full: 5_000, quick: 800 });
    await trial.chaperone.kill9();
    trial.chaperone.spawn();
    await trial.lasting({ full: 5_000, quick: 2_000 });
    const wentOn = trial.chaperone.isRunning;
    free(trial);
    if (!wentOn) await trial.chaperone.start();
    await trial.lasting({ full: 3_000, quick: 500 });
    return { note: `${wentOn ? "started" : "refused to start"} on the full disk` };
  },
};

/** A mount of its own takes root, on Linux. */
export function mayMount(): Promise<string | null> {
  if (process.platform !== "linux") return Promise.resolve("it mounts a tmpfs, which takes Linux");
  return Promise.resolve(process.getuid?.() === 0 ? null : "it mounts a tmpfs, which takes root");
}

function ownDisk({ folder, isQuick }: Site): Promise<Arrangement> {
  const disk = join(folder, DISK);
  mkdirSync(disk);
  const sizeBytes = isQuick ? SIZE_BYTES.quick : SIZE_BYTES.full;
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", disk]);
  return Promise.resolve({
    dataDir: join(disk, "data"),
    close: () => {
      execFileSync("umount", [disk]);
      return Promise.resolve();
    },
  });
}

function fill(trial: Trial): void {
  fillDisk(ballastOf(trial));
}

/** Takes every byte that is left on the disk with one file. */
export function fillDisk(ballast: string): void {
  const file = openSync(ballast, "a");
  for (let sizeBytes = 1024 * 1024; sizeBytes >= 1; sizeBytes = Math.floor(sizeBytes / 16)) {
    const block = Buffer.alloc(sizeBytes);
    while (fits(file, block));
  }
  closeSync(file);
}

function fits(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch (error) {
    if (systemCode(error) !== "ENOSPC") throw error;
    return false;
  }
}

function free(trial: Trial): void {
  rmSync(ballastOf(trial));
}

function ballastOf({ home }: Trial): string {
  return join(home, "..", "..", BALLAST);
}
