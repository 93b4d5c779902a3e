import { describeError } from "../model/error.ts";
import { problem, type Check, type CheckResult, type Surgery } from "./check.ts";
import { checkArchive } from "./archive.ts";
import { checkDataDirectory } from "./data-directory.ts";
import { checkDurableState } from "./durable-state.ts";
import { checkEndpoints } from "./endpoints.ts";
import { checkMachine } from "./machine.ts";
import { checkRunningProcess } from "./running-process.ts";
import { checkSources } from "./sources.ts";

const CHECKS: Readonly<Record<string, Check>> = {
  sources: checkSources,
  "data directory": checkDataDirectory,
  "durable state": checkDurableState,
  destinations: checkEndpoints,
  archive: checkArchive,
  "running process": checkRunningProcess,
  machine: checkMachine,
};

/** Everything that a user would want to know before trusting a configuration. Changes nothing; may run while the service does. */
export async function examine(
  surgery: Surgery,
  onCheck: (name: string) => void,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    onCheck(name);
    results.push(...(await check(surgery).catch((error: unknown) => [failed(name, error)])));
  }
  return results;
}

/** A check that cannot be made is a problem by itself: what it looks for could be there. */
function failed(check: string, error: unknown): CheckResult {
  return problem({ check, of: "" }, `cannot check: ${describeError(error)}`, "See to the cause");
}
