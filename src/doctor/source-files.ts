import { access, constants, readFile, stat } from "node:fs/promises";
import type { FoundFiles } from "../collect/file-tail/find-files.ts";
import { describeError, systemCode } from "../model/error.ts";
import type { FileTailOptions } from "../model/source.ts";
import { ok, problem, warning, type CheckResult } from "./check.ts";
import { bytes } from "./units.ts";

/** Paths that are named in a result; the others are counted. */
const NAMED_MAX = 3;

const READ_RIGHTS =
  "Give the service's user read access: by group, by ACL (setfacl -m u:chaperone:r), or by CAP_DAC_READ_SEARCH as in deploy/systemd; kube-apiserver writes 0600";

/** Whether the files of a source can be found, listed and read by this user. */
export async function checkFiles(
  of: string,
  options: Pick<FileTailOptions, "include" | "filesMax">,
  found: FoundFiles,
): Promise<readonly CheckResult[]> {
  const named = { check: "permissions", of };
  const folders = found.faults.map(({ path, error }) =>
    problem(named, `cannot look at "${path}": ${describeError(error)}`, remedyFor(error)),
  );
  const unread = await unreadable(found);
  const files = unread === null ? [] : [problem(named, unread, READ_RIGHTS)];
  if (found.paths.length === 0 && folders.length === 0)
    return [
      warning(
        named,
        `no file matches ${options.include.join(", ")}`,
        "Correct the pattern, unless the origin has not begun to write",
      ),
    ];
  const faults = [...folders, ...files];
  return [
    ...(faults.length > 0 ? faults : [ok(named, summary(found))]),
    ...countOf(of, options, found),
  ];
}

function summary({ paths }: FoundFiles): string {
  const compressed = paths.filter(({ path }) => path.endsWith(".gz")).length;
  const size = paths.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const more = compressed === 0 ? "" : `, ${compressed} of them compressed`;
  return `${paths.length} files, ${bytes(size)}, all readable${more}`;
}

async function unreadable({ paths }: FoundFiles): Promise<string | null> {
  const bad: string[] = [];
  for (const { path } of paths)
    if (!(await isReadable(path))) bad.push(bad.length < NAMED_MAX ? await described(path) : path);
  if (bad.length === 0) return null;
  const more = bad.length > NAMED_MAX ? `, and ${bad.length - NAMED_MAX} more` : "";
  return `cannot read ${bad.slice(0, NAMED_MAX).join(", ")}${more}`;
}

/** Also where it is gone since it was found. */
export async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return true;
  } catch (error) {
    return systemCode(error) === "ENOENT";
  }
}

async function described(path: string): Promise<string> {
  const { mode, uid, gid } = await stat(path);
  return `"${path}" (mode ${(mode & 0o7777).toString(8)}, user ${uid}, group ${gid})`;
}

function remedyFor(error: unknown): string {
  const code = systemCode(error);
  if (code === "ENOENT" || code === "ENOTDIR")
    return "Make the folder, mount it, or correct the pattern";
  return code === "EACCES" ? READ_RIGHTS : "See to the folder: what is in it is not read";
}

/** Beyond `filesMax` the oldest files come first and the others wait. */
function countOf(
  of: string,
  { filesMax }: Pick<FileTailOptions, "filesMax">,
  { paths }: FoundFiles,
): readonly CheckResult[] {
  const named = { check: "number of files", of };
  if (paths.length > filesMax)
    return [
      problem(
        named,
        `${paths.length} files match, filesMax is ${filesMax}`,
        "Raise filesMax, or narrow the pattern: the rest waits",
      ),
    ];
  if (paths.length * 5 <= filesMax * 4) return [];
  return [
    warning(
      named,
      `${paths.length} files match, filesMax is ${filesMax}`,
      "Raise filesMax before it is reached",
    ),
  ];
}

/**
 * A file that is mounted by itself stays the same file when its origin rotates: the new one is never seen.
 * `/proc/self/mountinfo` has the mount points in its fifth column, with spaces as octal codes (proc_pid_mountinfo(5)).
 */
export async function checkMounts(of: string, found: FoundFiles): Promise<readonly CheckResult[]> {
  const text = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  const points = new Set(
    text
      .split("\n")
      .map((line) =>
        (line.split(" ")[4] ?? "").replaceAll(/\\(\d{3})/g, (_all, code: string) =>
          String.fromCodePoint(Number.parseInt(code, 8)),
        ),
      ),
  );
  return found.paths
    .filter(({ path }) => points.has(path))
    .map(({ path }) =>
      problem(
        { check: "mount", of },
        `"${path}" is mounted as a single file: after a rotation the new file is not seen`,
        "Mount its folder",
      ),
    );
}
