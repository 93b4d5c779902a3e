import { describeError } from "../../src/model/error.ts";
import type { Disk, DiskFile } from "../../src/ports/disk.ts";
import { createDiskCalls } from "./virtual-disk/calls.ts";
import { createNames } from "./virtual-disk/names.ts";
import type { Names } from "./virtual-disk/names.ts";
import { NOTHING_SURVIVES } from "./virtual-disk/survival.ts";
import type { Survival } from "./virtual-disk/survival.ts";

/** One call to the disk. */
export interface DiskCall {
  readonly operation: keyof Disk | keyof DiskFile;
  readonly path: string;
  /** Of all calls, from 1. */
  readonly number: number;
}

/** How a call fails: with this code, a write after it wrote some of its bytes. */
export interface DiskFault {
  readonly code: string;
  readonly writtenBytes?: number;
}

/**
 * A disk in memory that behaves as badly as a real one may. It can
 *
 * - fail at any call (`fault`), fill up in the middle of a write (`capacityBytes`), and take its time (`delay`);
 * - lose its power (`afterPowerLoss`): content that was not synced and names whose folder was not synced survive or not, each sector
 *   of 512 bytes and each name for itself, as a `Survival` decides (`virtual-disk/survival.ts`: nothing, everything, names
 *   alone, any subset from a seed). A new file has two things to lose, its content and its name; a rename is atomic;
 * - fail an fsync, after which programs see what they wrote, and no later fsync makes it durable: only writing it again does;
 * - outlive its process (`afterKill`): nothing is lost, and nothing that was not synced is durable either.
 *
 * A crash at the n-th call: `faulty.fault = offFrom(n)`, run, then `afterPowerLoss(...)` or `afterKill()` and run again.
 */
export interface FaultyDisk {
  readonly disk: Disk;
  /** Asked before every call. */
  fault: (call: DiskCall) => DiskFault | null;
  /** Waited for before every call, where it is set: time on a virtual clock, or turns of the loop. */
  delay: ((call: Omit<DiskCall, "number">) => Promise<void>) | null;
  /** Bytes of all files together; writes beyond it fail with ENOSPC, after they wrote what fits. */
  capacityBytes: number;
  readonly usedBytes: number;
  /** Calls so far. */
  readonly calls: number;
  /** Opened and not closed. */
  readonly openFiles: number;
  /** A new disk as a power loss leaves this one, which stays as it is. */
  afterPowerLoss(survival?: Survival): FaultyDisk;
  /** The same disk for the next process. Calls of the one before it fail from now on. */
  afterKill(): FaultyDisk;
  /** Changes bytes behind everybody's back. */
  corrupt(path: string, change: (bytes: Uint8Array) => Uint8Array): void;
  bytes(path: string): Uint8Array;
  /** Puts a durable file there. */
  add(path: string, bytes: Uint8Array): void;
  remove(path: string): void;
  /** Of the files, sorted. */
  readonly paths: readonly string[];
}

export function createFaultyDisk(names: Names = createNames()): FaultyDisk {
  const calls = createDiskCalls(names, () => faulty);
  const faulty: FaultyDisk = {
    disk: calls.disk,
    fault: () => null,
    delay: null,
    capacityBytes: Infinity,
    get usedBytes() {
      return usedBytes(names);
    },
    get calls() {
      return calls.count;
    },
    get openFiles() {
      return calls.openFiles;
    },
    afterPowerLoss: (survival = NOTHING_SURVIVES) => createFaultyDisk(names.left(survival)),
    afterKill: () => {
      faulty.fault = () => ({ code: "EIO" });
      return createFaultyDisk(names);
    },
    corrupt: (path, change) => {
      const { content } = names.file(path);
      const bytes = change(content.read(0, content.sizeBytes));
      content.resize(0);
      content.write(0, bytes);
      content.sync();
    },
    bytes: (path) => {
      const { content } = names.file(path);
      return content.read(0, content.sizeBytes);
    },
    add: (path, bytes) => names.addDurable(path, bytes),
    remove: (path) => names.removeDurable(path),
    get paths() {
      return [...names.live]
        .flatMap(([path, { content }]) => (content === null ? [] : [path]))
        .sort();
    },
  };
  return faulty;
}

/** The power goes with the n-th call: it and all later ones do nothing and fail. */
export function offFrom(first: number): FaultyDisk["fault"] {
  return ({ number }) => (number >= first ? { code: "EIO" } : null);
}

/** For what the power interrupts: throws again what is no fault of `offFrom`. */
export function ignorePowerLoss(error: unknown): void {
  if (!describeError(error).includes("EIO")) throw error;
}

function usedBytes(names: Names): number {
  return [...names.live.values()].reduce((sum, { content }) => sum + (content?.sizeBytes ?? 0), 0);
}
