import { readFile } from "node:fs/promises";
import { FILE_TAIL_LIMITS } from "../collect/file-tail/limits.ts";
import { isRunning, lastHolder } from "../platform/lock.ts";
import { ok, problem, warning, type Check, type CheckResult } from "./check.ts";
import { spoken } from "./units.ts";

/** Descriptors beside those of the sources: segments, ledger, quarantines, connections. */
const OTHERS = 512;

/** The machine around the process: how many files it may have open, and whether its clock runs evenly. */
export const checkMachine: Check = async ({ configuration, home, clock }) => {
  const wall = clock.now() / 1_000;
  const monotonic = clock.monotonicMs();
  const files = await checkOpenFiles(home, configuration.sources.length);
  await clock.sleep(LOOK_MS, new AbortController().signal);
  return [...files, checkClock(clock.now() / 1_000 - wall, clock.monotonicMs() - monotonic)];
};

const LOOK_MS = 500;
const STEP_MS_MAX = 50;

/** Wall time against the time that passed: a clock that is being set jumps. */
export function checkClock(wallMs: number, passedMs: number): CheckResult {
  const named = { check: "clock", of: "this machine" };
  const stepMs = wallMs - passedMs;
  if (Math.abs(stepMs) <= STEP_MS_MAX) return ok(named, "wall time and passing time agree");
  return warning(
    named,
    `the clock was set by ${spoken(Math.abs(stepMs))} while we looked`,
    "Let NTP slew it, instead of stepping it",
  );
}

/** Of the process that runs, else of this one, which a service manager may give other limits than the service. */
async function checkOpenFiles(home: string, sources: number): Promise<readonly CheckResult[]> {
  const pid = lastHolder(home);
  const whose = pid !== null && isRunning(pid) ? String(pid) : "self";
  const text = await readFile(`/proc/${whose}/limits`, "utf8").catch(() => "");
  const limit = /^Max open files\s+(\d+)/m.exec(text)?.[1];
  if (limit === undefined) return [];
  return [
    openFilesResult(Number(limit), sources, whose === "self" ? "this command" : `process ${whose}`),
  ];
}

export function openFilesResult(limit: number, sources: number, of: string): CheckResult {
  const named = { check: "open files", of };
  const needed = sources * FILE_TAIL_LIMITS.filesOpenMax + OTHERS;
  const seen = `may have ${limit} open, ${sources} sources may need ${needed}`;
  const remedy = "Raise LimitNOFILE of the unit, or ulimit -n";
  if (limit < OTHERS) return problem(named, seen, remedy);
  return limit < needed ? warning(named, seen, remedy) : ok(named, seen);
}
