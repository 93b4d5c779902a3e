import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { systemCode } from "../../model/error.ts";
import { compileGlob, isNameOf, isPathOf, type GlobStep } from "./glob.ts";

/** A path that the patterns lead to, and the regular file behind it (links are followed). */
export interface FoundPath {
  readonly path: string;
  readonly isLink: boolean;
  readonly device: string;
  readonly inode: string;
  readonly birthtimeNs: bigint;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
}

/** A folder or file that could not be looked at: what is behind it may still be there. */
export interface LookFault {
  readonly path: string;
  readonly error: unknown;
}

export interface FoundFiles {
  readonly paths: readonly FoundPath[];
  readonly faults: readonly LookFault[];
}

/** Folders that one look walks through at most, so that a pattern like `/**` ends. */
const FOLDERS_MAX = 20_000;
/** Looks at files that are under way at once: enough to keep the thread pool busy. */
const LOOKS_MAX = 16;

interface Walk {
  readonly names: Map<string, boolean>;
  readonly faults: LookFault[];
  readonly foldersMax: number;
  folders: number;
}

/**
 * Finds the regular files of include patterns without those of exclude patterns. Our own walk and not `fs.glob`, which keeps
 * silent about folders that it cannot read.
 */
export function createFileFinder(
  include: readonly string[],
  exclude: readonly string[],
  foldersMax: number = FOLDERS_MAX,
): () => Promise<FoundFiles> {
  const wanted = include.flatMap(compileGlob);
  const unwanted = exclude.flatMap(compileGlob);
  return async () => {
    const walk: Walk = { names: new Map(), faults: [], foldersMax, folders: 0 };
    for (const steps of wanted) await follow(walk, fixedFolder(steps), steps);
    const paths = [...walk.names.keys()]
      .filter((path) => !unwanted.some((steps) => isPathOf(steps, path)))
      .toSorted();
    return { paths: await lookAtAll(paths, walk), faults: walk.faults };
  };
}

/** A place on a pattern's way: its folder, how many steps led there, and whether it has to exist. */
interface Stop {
  readonly folder: string;
  readonly step: number;
  readonly isFixed: boolean;
}

/** The folder that the pattern names without any freedom: that one has to be there. */
function fixedFolder(steps: readonly GlobStep[]): Stop {
  let folder: string = sep;
  let step = 0;
  for (const next of steps.slice(0, -1)) {
    if (next.kind !== "name") break;
    folder = join(folder, next.name);
    step++;
  }
  return { folder, step, isFixed: true };
}

async function follow(
  walk: Walk,
  stop: Stop,
  steps: readonly GlobStep[],
  known: readonly Dirent[] | null = null,
): Promise<void> {
  const step = steps[stop.step];
  if (step === undefined) return;
  const isLast = stop.step === steps.length - 1;
  const children = known ?? (await childrenOf(walk, stop));
  for (const child of children) {
    const path = join(stop.folder, child.name);
    if (step.kind === "folders") {
      if (!child.isDirectory() || child.name.startsWith(".")) continue;
      await follow(walk, { folder: path, step: stop.step, isFixed: false }, steps);
    } else if (isNameOf(step, child.name)) {
      if (!isLast) await follow(walk, { folder: path, step: stop.step + 1, isFixed: false }, steps);
      else if (!child.isDirectory()) walk.names.set(path, child.isSymbolicLink());
    }
  }
  if (step.kind === "folders")
    await follow(walk, { ...stop, step: stop.step + 1 }, steps, children);
}

async function childrenOf(walk: Walk, stop: Stop): Promise<readonly Dirent[]> {
  if (++walk.folders > walk.foldersMax) {
    if (walk.folders === walk.foldersMax + 1) {
      const error = new RangeError(`more than ${walk.foldersMax} folders`);
      walk.faults.push({ path: stop.folder, error });
    }
    return [];
  }
  try {
    return await readdir(stop.folder, { withFileTypes: true });
  } catch (error) {
    if (stop.isFixed || !isVanished(error)) walk.faults.push({ path: stop.folder, error });
    return [];
  }
}

async function lookAtAll(paths: readonly string[], walk: Walk): Promise<readonly FoundPath[]> {
  const found: FoundPath[] = [];
  for (let first = 0; first < paths.length; first += LOOKS_MAX) {
    const some = paths.slice(first, first + LOOKS_MAX);
    const looks = await Promise.all(some.map((path) => lookAt(path, walk)));
    for (const look of looks) if (look !== null) found.push(look);
  }
  return found;
}

async function lookAt(path: string, walk: Walk): Promise<FoundPath | null> {
  try {
    const look = await stat(path, { bigint: true });
    if (!look.isFile()) return null;
    return {
      path,
      isLink: walk.names.get(path) === true,
      device: String(look.dev),
      inode: String(look.ino),
      birthtimeNs: look.birthtimeNs,
      sizeBytes: Number(look.size),
      modifiedNs: look.mtimeNs,
    };
  } catch (error) {
    if (isUnsayable(path)) walk.faults.push({ path, error: new RangeError(UNSAYABLE) });
    else if (!isVanished(error)) walk.faults.push({ path, error });
    return null;
  }
}

const UNSAYABLE = "its name is not UTF-8, so that it cannot be opened";

/** Node gives U+FFFD for bytes of a name that are no UTF-8, and then does not find the file: not read, and nobody would know. */
function isUnsayable(path: string): boolean {
  return path.includes("\ufffd");
}

/** Gone between the look at its folder and the look at it, or a link that leads nowhere: both are no fault. */
function isVanished(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP";
}
