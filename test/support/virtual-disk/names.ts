import { dirname } from "node:path";
import { createContent } from "./content.ts";
import type { Content } from "./content.ts";
import type { Survival } from "./survival.ts";
import { systemError } from "./system-error.ts";
import { createUnsynced } from "./unsynced.ts";

/** What stands at a path. */
export interface Inode {
  readonly number: number;
  /** Null for a folder. */
  readonly content: Content | null;
}

export type FileInode = Inode & { readonly content: Content };

/** The names of a disk: what programs see, and which of them are on the platter. */
export interface Names {
  /** Everything that programs see, by path. */
  readonly live: ReadonlyMap<string, Inode>;
  file(path: string): FileInode;
  /** Puts an empty file there, where the folder is. */
  createFile(path: string): FileInode;
  createFolder(path: string): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  syncFolder(folder: string): void;
  /** A durable file, folders included; replaces what is there. */
  addDurable(path: string, bytes: Uint8Array): void;
  removeDurable(path: string): void;
  left(survival: Survival): Names;
}

/** A change of the names in one folder; atomic. */
interface Change {
  readonly folder: string;
  readonly put?: readonly [path: string, inode: Inode];
  readonly remove?: string;
}

const ROOT = "/";

/** The names of a platter; without any, an empty disk. */
export function createNames(platter: ReadonlyMap<string, Inode> = new Map()): Names {
  const durable = new Map(platter);
  const live = new Map(platter);
  const unsynced = createUnsynced<Change>((change) => apply(durable, change));
  let inodes = Math.max(0, ...[...durable.values()].map(({ number }) => number));

  function change(one: Change): void {
    apply(live, one);
    unsynced.add(one);
  }

  function inFolder(path: string): string {
    const folder = dirname(path);
    if (folder !== ROOT && live.get(folder)?.content !== null) throw systemError("ENOENT", path);
    return folder;
  }

  function add(path: string, content: Content | null): Inode {
    const inode = { number: ++inodes, content };
    change({ folder: inFolder(path), put: [path, inode] });
    return inode;
  }

  function file(path: string): FileInode {
    const inode = live.get(path);
    if (inode === undefined) throw systemError("ENOENT", path);
    if (!isFile(inode)) throw systemError("EISDIR", path);
    return inode;
  }

  function syncFolder(folder: string): void {
    unsynced.sync((one) => one.folder === folder);
  }

  return {
    live,
    file,
    createFile: (path) => add(path, createContent()) as FileInode,
    createFolder: (path) => void add(path, null),
    rename: (from, to) => {
      const inode = file(from);
      const [left, entered] = [inFolder(from), inFolder(to)];
      if (left === entered) return change({ folder: left, remove: from, put: [to, inode] });
      change({ folder: entered, put: [to, inode] });
      change({ folder: left, remove: from });
    },
    unlink: (path) => {
      file(path);
      change({ folder: inFolder(path), remove: path });
    },
    syncFolder,
    addDurable: (path, bytes) => {
      for (const folder of foldersOf(path))
        if (!live.has(folder)) {
          add(folder, null);
          syncFolder(dirname(folder));
        }
      add(path, createContent(bytes));
      syncFolder(dirname(path));
    },
    removeDurable: (path) => {
      change({ folder: dirname(path), remove: path });
      syncFolder(dirname(path));
    },
    left: (survival) => {
      const names = new Map(durable);
      for (const { change: one, state } of unsynced.all)
        if (state === "synced" || survival.named()) apply(names, one);
      const reachable = [...names].filter(([path]) =>
        foldersOf(path).every((folder) => names.get(folder)?.content === null),
      );
      return createNames(new Map(reachable.map(([path, inode]) => [path, left(inode, survival)])));
    },
  };
}

/** The folders that a path lies in, the outermost first, without the root. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === ROOT ? [] : [...foldersOf(folder), folder];
}

function apply(names: Map<string, Inode>, { put, remove }: Change): void {
  if (remove !== undefined) names.delete(remove);
  if (put !== undefined) names.set(put[0], put[1]);
}

function left({ number, content }: Inode, survival: Survival): Inode {
  return { number, content: content?.left(survival) ?? null };
}

function isFile(inode: Inode): inode is FileInode {
  return inode.content !== null;
}
