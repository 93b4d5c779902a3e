import type { Disk, DiskFile } from "../../src/ports/disk.ts";
import type { Random } from "../support/random.ts";
import type { DiskFault, FaultyDisk } from "../support/disk-faulty.ts";
import type { Life } from "./life.ts";
import type { Trace } from "./trace.ts";

export type Operation = keyof Disk | keyof DiskFile;

/** What befalls a process at its disk, once: at the first call of those that are meant, after so many calls since its start. */
export interface Strike {
  /** `kill`: before the disk did it, or after that. `fail`: with an I/O error. */
  readonly kind: "kill" | "fail";
  readonly afterCalls: number;
  readonly isMeant: (operation: Operation, path: string) => boolean;
}

export interface LifeDiskOptions {
  readonly life: Life;
  readonly strike: Strike | null;
  readonly random: Random;
  readonly trace: Trace;
  /** Called before a file goes. */
  readonly onUnlink: (path: string) => void;
  /** A call was made to fail: the process may end by itself. */
  readonly onFault: () => void;
}

const SYNCS: ReadonlySet<Operation> = new Set(["sync", "syncFolder"]);

/** A disk as one process meets it: every call takes its time, may fail, or may be the process's last. */
export function diskOfLife(faulty: FaultyDisk, options: LifeDiskOptions): Disk {
  const { life, random, trace } = options;
  const { disk } = faulty;
  let calls = 0;
  let { strike } = options;

  async function call<T>(operation: Operation, path: string, work: () => Promise<T>): Promise<T> {
    const number = ++calls;
    await life.after(latencyMs(operation, random));
    trace.add(`disk ${number} ${operation} ${path}`);
    const struck = strikes(number, operation, path);
    if (struck === "kill") {
      const isDone = random.below(2) === 0;
      trace.add(`killed ${isDone ? "after" : "before"} it`);
      if (isDone) await work();
      life.kill();
      return never();
    }
    if (struck === "fail") {
      trace.add("it fails");
      options.onFault();
      faulty.fault = failOnce;
    }
    return work();
  }

  function strikes(number: number, operation: Operation, path: string): Strike["kind"] | null {
    if (strike === null || number <= strike.afterCalls || !strike.isMeant(operation, path))
      return null;
    const { kind } = strike;
    strike = null;
    return kind;
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
