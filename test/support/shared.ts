import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";

/**
 * A folder of shared data that is not part of the project, with more real records and recordings: that of CHAPERONE_SHARED, else `shared`
 * beside the checkout. Null where there is none, which is printed.
 */
export const SHARED: string | null = sharedFolder();

function sharedFolder(): string | null {
  const folder = process.env["CHAPERONE_SHARED"] ?? join(import.meta.dirname, "../../../shared");
  if (existsSync(folder)) return folder;
  console.warn(`No further samples are read: there is no "${folder}" (CHAPERONE_SHARED)`);
  return null;
}

/**
 * Describes tests of nothing but that folder. Without it they count as one skipped test. In CI, where nothing may be skipped and a
 * machine need not have what is not part of the project, there are none: the printed reason is all that is left of them.
 */
export function describeShared(name: string, tests: (folder: string) => void): void {
  if (SHARED !== null) {
    const folder = SHARED;
    describe(name, () => tests(folder));
  } else if (process.env["CI"]) console.warn(`left out: ${name}`);
  else it.skip(`${name}: there is no folder of shared data (CHAPERONE_SHARED)`, () => undefined);
}
