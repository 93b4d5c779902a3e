import { organizationHome } from "../config/home.ts";
import { loadConfiguration } from "../config/load.ts";
import type { CheckResult } from "../doctor/check.ts";
import { examine } from "../doctor/examine.ts";
import { tableLines } from "../quickstart/table.ts";
import { machine } from "../run/machine.ts";
import { EXIT } from "./exit-code.ts";
import { printable, printJson, printLines } from "./output.ts";
import { createProgress, silentProgress } from "./progress.ts";

/** `chaperone doctor`: what was looked at, what was seen, what to do. 1 when something is a problem; warnings alone are 0. */
export async function doctorCommand(options: {
  readonly config: string;
  readonly json: boolean;
}): Promise<number> {
  const configuration = loadConfiguration(options.config, process.env);
  const { disk, clock } = machine;
  const progress =
    options.json || !process.stderr.isTTY ? silentProgress : createProgress(process.stderr);
  const home = organizationHome(configuration);
  const results = await examine({ configuration, home, disk, clock }, (name) =>
    progress.at(`Looking at: ${name}`),
  );
  progress.end();
  const problems = count(results, "problem");
  if (options.json) printJson({ healthy: problems === 0, checks: results });
  else print(results);
  return problems === 0 ? EXIT.ok : EXIT.failure;
}

/** What is to be done stands below its row: both are sentences. */
function print(results: readonly CheckResult[]): void {
  const inOrder = (["problem", "warning", "ok"] as const).flatMap((state) =>
    results.filter((one) => one.state === state),
  );
  const [header = "", rule = "", ...rows] = tableLines(
    ["state", "check", "of", "seen"],
    inOrder.map(({ state, check, of, seen }) => [state, check, of, seen].map(printable)),
  );
  const lines = rows.flatMap((row, at) => {
    const remedy = inOrder[at]?.remedy ?? null;
    return remedy === null ? [row] : [row, `         → ${printable(remedy)}`];
  });
  const summary = `${count(results, "problem")} problems, ${count(results, "warning")} warnings`;
  printLines([header, rule, ...lines, "", summary]);
}

function count(results: readonly CheckResult[], state: CheckResult["state"]): number {
  return results.filter((one) => one.state === state).length;
}
