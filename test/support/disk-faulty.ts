import { dirname } from "node:path";
import type { Disk, DiskFile } from "../../src/ports/disk.ts";

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
 * A disk in memory that can fail at any call, fill up, and lose its power: then content that was not synced is gone, but for a
 * part of what was appended, and so are names that their folder was not synced with.
 */
export interface FaultyDisk {
  readonly disk: Disk;
  /** Asked before every call. */
  fault: (call: DiskCall) => DiskFault | null;
  /** Bytes of all files together; writes beyond it fail with ENOSPC, after they wrote what fits. */
  capacityBytes: number;
  readonly usedBytes: number;
  /** A new disk as a power loss leaves this one. `keep` says how many of the unsynced bytes at a file's end made it. */
  afterPowerLoss(keep?: (unsyncedBytes: number) => number): FaultyDisk;
  /** Changes bytes behind everybody's back. */
  corrupt(path: string, change: (bytes: Uint8Array) => Uint8Array): void;
  bytes(path: string): Uint8Array;
  /** Puts a durable file there. */
  add(path: string, bytes: Uint8Array): void;
  remove(path: string): void;
  readonly paths: readonly string[];
}

interface Inode {
  live: Uint8Array;
  synced: Uint8Array;
}

type Names = Map<string, Inode>;

export function createFaultyDisk(names: Names = new Map()): FaultyDisk {
  const live: Names = new Map(names);
  const synced: Names = new Map(names);
  let calls = 0;

  function check(operation: DiskCall["operation"], path: string): DiskFault | null {
    calls += 1;
    const fault = faulty.fault({ operation, path, number: calls });
    if (fault !== null && fault.writtenBytes === undefined) throw systemError(fault.code, path);
    return fault;
  }

  function inodeAt(path: string): Inode {
    const inode = live.get(path);
    if (inode === undefined) throw systemError("ENOENT", path);
    return inode;
  }

  function open(path: string, mode: "append" | "read" | "write" | "update"): DiskFile {
    check("open", path);
    const isMade = mode === "append" || mode === "write";
    if (isMade && !live.has(path)) live.set(path, { live: NOTHING, synced: NOTHING });
    const inode = inodeAt(path);
    if (mode === "write") inode.live = NOTHING;
    return fileOf(path, inode, mode === "append");
  }

  function write(path: string, inode: Inode, place: { bytes: Uint8Array; at: number }): void {
    const { bytes, at } = place;
    const fault = check("write", path);
    const growsBytes = Math.max(0, at + bytes.byteLength - inode.live.byteLength);
    const roomBytes = faulty.capacityBytes - faulty.usedBytes;
    const isFull = growsBytes > roomBytes;
    const fitBytes = isFull ? bytes.byteLength - (growsBytes - roomBytes) : bytes.byteLength;
    const part = bytes.subarray(0, Math.max(0, fault?.writtenBytes ?? fitBytes));
    const grown = new Uint8Array(Math.max(inode.live.byteLength, at + part.byteLength));
    grown.set(inode.live);
    grown.set(part, at);
    inode.live = grown;
    if (fault !== null) throw systemError(fault.code, path);
    if (isFull) throw systemError("ENOSPC", path);
  }

  function fileOf(path: string, inode: Inode, isAppend: boolean): DiskFile {
    return {
      write: async (bytes, position) => {
        const end = inode.live.byteLength;
        write(path, inode, { bytes, at: isAppend ? end : (position ?? end) });
        return Promise.resolve();
      },
      read: async (position, length) => {
        check("read", path);
        return Promise.resolve(Buffer.from(inode.live.subarray(position, position + length)));
      },
      truncate: async (sizeBytes) => {
        check("truncate", path);
        inode.live = inode.live.slice(0, sizeBytes);
        return Promise.resolve();
      },
      sync: async () => {
        check("sync", path);
        inode.synced = inode.live;
        return Promise.resolve();
      },
      sizeBytes: () => Promise.resolve(inode.live.byteLength),
      close: () => Promise.resolve(),
    };
  }

  const disk: Disk = {
    open: async (path, mode) => Promise.resolve(open(path, mode)),
    readFile: async (path) => {
      check("readFile", path);
      return Promise.resolve(inodeAt(path).live);
    },
    rename: async (from, to) => {
      check("rename", from);
      live.set(to, inodeAt(from));
      live.delete(from);
      return Promise.resolve();
    },
    unlink: async (path) => {
      check("unlink", path);
      inodeAt(path);
      live.delete(path);
      return Promise.resolve();
    },
    list: async (folder) => {
      check("list", folder);
      const inside = [...live.keys()].filter((path) => dirname(path) === folder);
      return Promise.resolve(inside.map((path) => path.slice(folder.length + 1)).sort());
    },
    makeFolder: () => Promise.resolve(),
    syncFolder: async (folder) => {
      check("syncFolder", folder);
      const isInside = (path: string): boolean => dirname(path) === folder;
      for (const path of [...synced.keys()].filter(isInside)) synced.delete(path);
      for (const [path, inode] of live) if (isInside(path)) synced.set(path, inode);
      return Promise.resolve();
    },
    sizeBytes: async (path) => Promise.resolve(inodeAt(path).live.byteLength),
    look: async (path) => {
      inodeAt(path);
      return Promise.resolve({ kind: "file", identity: path });
    },
  };

  const faulty: FaultyDisk = {
    disk,
    fault: () => null,
    capacityBytes: Infinity,
    get usedBytes() {
      return [...live.values()].reduce((sum, inode) => sum + inode.live.byteLength, 0);
    },
    afterPowerLoss: (keep = () => 0) =>
      createFaultyDisk(new Map([...synced].map(([path, inode]) => [path, left(inode, keep)]))),
    corrupt: (path, change) => {
      const inode = inodeAt(path);
      inode.live = change(Uint8Array.from(inode.live));
      inode.synced = inode.live;
    },
    bytes: (path) => inodeAt(path).live,
    add: (path, bytes) => {
      const inode = { live: bytes, synced: bytes };
      live.set(path, inode);
      synced.set(path, inode);
    },
    remove: (path) => {
      live.delete(path);
      synced.delete(path);
    },
    get paths() {
      return [...live.keys()].sort();
    },
  };
  return faulty;
}

const NOTHING = new Uint8Array(0);

function left({ live, synced }: Inode, keep: (unsyncedBytes: number) => number): Inode {
  const unsyncedBytes = Math.max(0, live.byteLength - synced.byteLength);
  const bytes =
    unsyncedBytes === 0 ? synced : live.slice(0, synced.byteLength + keep(unsyncedBytes));
  return { live: bytes, synced: bytes };
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: '${path}'`), { code });
}
