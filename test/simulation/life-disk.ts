import type { Disk, DiskFile } from "../../src/ports/disk.ts";
import type { Random } from "../support/random.ts";
import type { DiskFault, FaultyDisk } from "../support/disk-faulty.ts";
import type { Life } from "./life.ts";
import type { Trace } from "./trace.ts";

type Operation = keyof Disk | keyof DiskFile;

/** What befalls a process at its disk; calls count from 1 at its start. */
export interface DiskPlan {
  /** The process is killed at this call: before the disk did it, or after that. */
  readonly killAt: number;
  /** From this call on, the next fsync fails, once. */
  readonly failSyncAfter: number;
  /** From this call on, the next call fails that only looks or reads, once. */
  readonly failReadAfter: number;
}

export interface LifeDiskOptions {
  readonly life: Life;
  readonly plan: DiskPlan;
  readonly random: Random;
  readonly trace: Trace;
  /** Called before a file goes. */
  readonly onUnlink: (path: string) => void;
  /** An fsync or a read was made to fail: the process may end by itself. */
  readonly onFault: () => void;
}

const READS: ReadonlySet<Operation> = new Set(["read", "readFile", "list", "look"]);
const SYNCS: ReadonlySet<Operation> = new Set(["sync", "syncFolder"]);

/** A disk as one process meets it: every call takes its time, may fail, or may be the process's last. */
export function diskOfLife(faulty: FaultyDisk, options: LifeDiskOptions): Disk {
  const { life, plan, random, trace } = options;
  const { disk } = faulty;
  let calls = 0;
  let syncsToFail = 1;
  let readsToFail = 1;

  async function call<T>(operation: Operation, path: string, work: () => Promise<T>): Promise<T> {
    const number = ++calls;
    await life.after(latencyMs(operation, random));
    trace.add(`disk ${number} ${operation} ${path}`);
    if (number === plan.killAt) {
      const isDone = random.below(2) === 0;
      trace.add(`killed ${isDone ? "after" : "before"} it`);
      if (isDone) await work();
      life.kill();
      return never();
    }
    if (isFailing(operation, number)) {
      trace.add("it fails");
      options.onFault();
      faulty.fault = failOnce;
    }
    return work();
  }

  function isFailing(operation: Operation, number: number): boolean {
    if (SYNCS.has(operation) && number > plan.failSyncAfter) return syncsToFail-- > 0;
    return READS.has(operation) && number > plan.failReadAfter && readsToFail-- > 0;
  }

  function failOnce(): DiskFault {
    faulty.fault = () => null;
    return { code: "EIO" };
  }

  function fileOf(path: string, file: DiskFile): DiskFile {
    return {
      write: (bytes, position) => call("write", path, () => file.write(bytes, position)),
      read: (position, length) => call("read", path, () => file.read(position, length)),
      truncate: (sizeBytes) => call("truncate", path, () => file.truncate(sizeBytes)),
      sync: () => call("sync", path, () => file.sync()),
      sizeBytes: () => file.sizeBytes(),
      close: () => file.close(),
    };
  }

  return {
    open: async (path, mode) => fileOf(path, await call("open", path, () => disk.open(path, mode))),
    readFile: (path) => call("readFile", path, () => disk.readFile(path)),
    rename: (from, to) => call("rename", from, () => disk.rename(from, to)),
    unlink: (path) =>
      call("unlink", path, () => {
        options.onUnlink(path);
        return disk.unlink(path);
      }),
    list: (folder) => call("list", folder, () => disk.list(folder)),
    makeFolder: (folder) => call("makeFolder", folder, () => disk.makeFolder(folder)),
    syncFolder: (folder) => call("syncFolder", folder, () => disk.syncFolder(folder)),
    sizeBytes: (path) => call("sizeBytes", path, () => disk.sizeBytes(path)),
    look: (path) => call("look", path, () => disk.look(path)),
  };
}

/** Most calls are quick, an fsync takes milliseconds, and now and then everything stalls. */
function latencyMs(operation: Operation, random: Random): number {
  if (random.below(200) === 0) return 50 + random.below(150);
  return SYNCS.has(operation) ? 0.3 + 4 * random.next() : 0.02 + 0.2 * random.next();
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
