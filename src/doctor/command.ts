import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { SnapshotCommandOptions } from "../model/source.ts";
import { ok, problem, warning, type CheckResult } from "./check.ts";

/** Whether the program of a source is there and may be run. It is not run: that is for the service to do. */
export async function checkCommand(
  of: string,
  { command, intervalMs, timeoutMs }: SnapshotCommandOptions,
): Promise<readonly CheckResult[]> {
  const named = { check: "command", of };
  const [program = ""] = command;
  const found = await programAt(program);
  if (found === null)
    return [
      problem(
        named,
        `"${program}" cannot be run: it is not there, or not executable for this user`,
        program.includes("/")
          ? "Correct the path, or give the service's user the right to run it"
          : "Install it, or write its path: the service may have another PATH than your shell",
      ),
    ];
  if (timeoutMs > intervalMs)
    return [
      warning(
        named,
        `"${found}" may run for ${timeoutMs} ms, and the next run is due after ${intervalMs} ms`,
        "Set timeout below interval: snapshots come late otherwise",
      ),
    ];
  return [ok(named, `"${found}"; whether it may read support access only a run shows`)];
}

async function programAt(program: string): Promise<string | null> {
  if (program.includes("/")) return (await isProgram(program)) ? program : null;
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, program);
    if (folder !== "" && (await isProgram(path))) return path;
  }
  return null;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
