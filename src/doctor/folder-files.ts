import { escapeGlob } from "../collect/file-tail/escape-glob.ts";
import { createFileFinder } from "../collect/file-tail/find-files.ts";
import { describeError, systemCode } from "../model/error.ts";
import { ok, problem, type CheckResult } from "./check.ts";
import { isReadable } from "./source-files.ts";

/** Files whose rights are looked at. */
const LOOKED_MAX = 10_000;

export interface FolderFiles {
  readonly directory: string;
  /** Glob of the files that the source reads, below the folder. */
  readonly files: string;
  readonly lookedMax?: number;
}

/** The folder of a source that reads each file of it: there, listable as far down as the source looks, and its files readable. */
export async function checkFolderFiles(
  of: string,
  { directory, files, lookedMax = LOOKED_MAX }: FolderFiles,
): Promise<readonly CheckResult[]> {
  const named = { check: "permissions", of };
  const found = await createFileFinder([`${escapeGlob(directory)}/${files}`], [])();
  const looked = found.paths.slice(0, lookedMax);
  const unread: string[] = [];
  for (const { path } of looked) if (!(await isReadable(path))) unread.push(path);
  const count = found.paths.length;
  const faults = found.faults.map(({ path, error }) =>
    problem(named, `cannot list "${path}": ${describeError(error)}`, remedyFor(error)),
  );
  if (unread.length > 0)
    faults.push(
      problem(
        named,
        `cannot read ${unread.length} of ${looked.length} files, as "${unread[0]}"${notLooked(count - looked.length)}`,
        "Give the service's user read access to all of them",
      ),
    );
  if (faults.length > 0) return faults;
  const seen = count > looked.length ? `the first ${looked.length} are readable` : "all readable";
  return [
    ok(named, `${count} files in "${directory}", ${seen}${notLooked(count - looked.length)}`),
  ];
}

function notLooked(count: number): string {
  return count === 0 ? "" : `; ${count} more were not looked at`;
}

function remedyFor(error: unknown): string {
  const code = systemCode(error);
  if (code === "ENOENT" || code === "ENOTDIR")
    return "Make the folder, mount it, or correct the path";
  if (code === "EACCES") return "Give the service's user the right to list and read it";
  return "See to the folder: what is in it is not read";
}
