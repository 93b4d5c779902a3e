import { existsSync } from "node:fs";
import { join } from "node:path";

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
