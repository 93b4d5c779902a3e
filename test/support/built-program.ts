import { existsSync, globSync, statSync } from "node:fs";
import { join } from "node:path";

const PROJECT = new URL("../../", import.meta.url).pathname;
const PROGRAM = join(PROJECT, "dist/bin/launch.js");

/** Path of the program as it is installed: `npm run build` makes it. @throws RangeError where it is missing or older than its sources */
export function builtProgram(): string {
  if (!existsSync(PROGRAM))
    throw new RangeError(`Cannot find "${PROGRAM}": please run "npm run build" first`);
  const builtMs = statSync(PROGRAM).mtimeMs;
  const newer = globSync("src/**/*.ts", { cwd: PROJECT }).find(
    (source) => statSync(join(PROJECT, source)).mtimeMs > builtMs,
  );
  if (newer !== undefined)
    throw new RangeError(
      `Cannot start "${PROGRAM}": it is older than "${newer}"; please run "npm run build" first`,
    );
  return PROGRAM;
}
