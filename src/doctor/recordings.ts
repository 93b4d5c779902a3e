import { access, constants, opendir } from "node:fs/promises";
import { describeError, systemCode } from "../model/error.ts";
import type { TeleportRecordingsOptions } from "../model/source.ts";
import { ok, problem, type CheckResult } from "./check.ts";

/** Names that are looked at. */
const NAMES_MAX = 10_000;

/** The folder of session recordings: there, listable, and its files readable. */
export async function checkRecordings(
  of: string,
  { directory }: Pick<TeleportRecordingsOptions, "directory">,
): Promise<readonly CheckResult[]> {
  const named = { check: "permissions", of };
  let files = 0;
  const unread: string[] = [];
  try {
    for await (const entry of await opendir(directory)) {
      if (!entry.isFile() || ++files > NAMES_MAX) continue;
      const path = `${directory}/${entry.name}`;
      await access(path, constants.R_OK).catch(() => unread.push(path));
    }
  } catch (error) {
    const isGone = systemCode(error) === "ENOENT";
    const remedy = isGone
      ? "Make the folder, mount it, or correct the path"
      : "Give the service's user the right to list and read it";
    return [problem(named, `cannot list "${directory}": ${describeError(error)}`, remedy)];
  }
  if (unread.length === 0) return [ok(named, `${files} files in "${directory}", all readable`)];
  return [
    problem(
      named,
      `cannot read ${unread.length} of ${files} files, as "${unread[0]}"`,
      "Give the service's user read access to all of them",
    ),
  ];
}
