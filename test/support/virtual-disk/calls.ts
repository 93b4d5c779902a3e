import { dirname } from "node:path";
import type { Disk, DiskFile } from "../../../src/ports/disk.ts";
import type { DiskCall, DiskFault, FaultyDisk } from "../disk-faulty.ts";
import type { Content } from "./content.ts";
import type { Inode, Names } from "./names.ts";
import { systemError } from "./system-error.ts";

/** What a folder takes, as much as on most file systems. */
const FOLDER_BYTES = 4_096;

/** The port, on names and contents, with the faults that the bench asks for. */
export function createDiskCalls(
  names: Names,
  faulty: () => FaultyDisk,
): { readonly disk: Disk; readonly count: number; readonly openFiles: number } {
  let count = 0;
  let openFiles = 0;

  /** Every call comes through here. `work` gets a fault that it has to have a part in: a write, a sync. */
  async function call<T>(
    operation: DiskCall["operation"],
    path: string,
    work: (fault: DiskFault | null) => T,
  ): Promise<T> {
    const { delay } = faulty();
    if (delay !== null) await delay({ operation, path });
    count += 1;
    return work(faulty().fault({ operation, path, number: count }));
  }

  /** A call that does nothing where it fails. */
  function whole<T>(operation: DiskCall["operation"], path: string, work: () => T): Promise<T> {
    return call(operation, path, (fault) => {
      if (fault !== null) throw systemError(fault.code, path);
      return work();
    });
  }

  function write(path: string, content: Content, place: { bytes: Uint8Array; at: number }) {
    return (fault: DiskFault | null): void => {
      const { bytes, at } = place;
      const growsBytes = Math.max(0, at + bytes.byteLength - content.sizeBytes);
      const { capacityBytes } = faulty();
      const roomBytes = capacityBytes === Infinity ? Infinity : capacityBytes - faulty().usedBytes;
      const isFull = growsBytes > roomBytes;
      const fitBytes = isFull ? bytes.byteLength - (growsBytes - roomBytes) : bytes.byteLength;
      const takenBytes = fault === null ? fitBytes : (fault.writtenBytes ?? 0);
      if (takenBytes > 0) content.write(at, bytes.subarray(0, takenBytes));
      if (fault !== null) throw systemError(fault.code, path);
      if (isFull) throw systemError("ENOSPC", path);
    };
  }

  function fileOf(path: string, content: Content, isAppend: boolean): DiskFile {
    let isOpen = true;
    openFiles += 1;
    return {
      write: (bytes, position) => {
        const at = isAppend ? null : (position ?? null);
        return call("write", path, (fault) =>
          write(path, content, { bytes, at: at ?? content.sizeBytes })(fault),
        );
      },
      read: (position, length) =>
        whole("read", path, () => Buffer.from(content.read(position, length).buffer)),
      truncate: (sizeBytes) => whole("truncate", path, () => content.resize(sizeBytes)),
      sync: () =>
        call("sync", path, (fault) => {
          if (fault === null) return content.sync();
          content.failSync();
          throw systemError(fault.code, path);
        }),
      sizeBytes: () => Promise.resolve(content.sizeBytes),
      close: async () => {
        openFiles -= isOpen ? 1 : 0;
        isOpen = false;
        return Promise.resolve();
      },
    };
  }

  /** Step by step, as the port promises: the name of the last folder that is there already is synced, too. */
  async function makeFolder(folder: string): Promise<void> {
    if (folder === "/") return;
    if (names.live.get(folder)?.content !== null) {
      await makeFolder(dirname(folder));
      await whole("makeFolder", folder, () => names.createFolder(folder));
    }
    await whole("makeFolder", folder, () => names.syncFolder(dirname(folder)));
  }

  const disk: Disk = {
    open: (path, mode) =>
      whole("open", path, () => {
        const isMade = mode === "append" || mode === "write";
        const isMissing = names.live.get(path) === undefined;
        const { content } = isMade && isMissing ? names.createFile(path) : names.file(path);
        if (mode === "write" && content.sizeBytes > 0) content.resize(0);
        return fileOf(path, content, mode === "append");
      }),
    readFile: (path) =>
      whole("readFile", path, () => {
        const { content } = names.file(path);
        return content.read(0, content.sizeBytes);
      }),
    rename: (from, to) => whole("rename", from, () => names.rename(from, to)),
    unlink: (path) => whole("unlink", path, () => names.unlink(path)),
    list: (folder) =>
      whole("list", folder, () => {
        if (folder !== "/" && names.live.get(folder)?.content !== null)
          throw systemError(names.live.has(folder) ? "ENOTDIR" : "ENOENT", folder);
        const inside = [...names.live.keys()].filter((path) => dirname(path) === folder);
        return inside.map((path) => path.slice(folder === "/" ? 1 : folder.length + 1)).sort();
      }),
    makeFolder,
    syncFolder: (folder) =>
      // A failed one leaves the names as they were: a file system whose journal fails takes nothing more anyway.
      whole("syncFolder", folder, () => names.syncFolder(folder)),
    sizeBytes: async (path) => Promise.resolve(look(path).content?.sizeBytes ?? FOLDER_BYTES),
    look: async (path) => {
      const { content, number } = look(path);
      const kind = content === null ? "folder" : "file";
      return Promise.resolve({ kind, identity: `1:${number}` });
    },
  };

  function look(path: string): Inode {
    const inode = names.live.get(path);
    if (inode === undefined) throw systemError("ENOENT", path);
    return inode;
  }

  return {
    disk,
    get count() {
      return count;
    },
    get openFiles() {
      return openFiles;
    },
  };
}
