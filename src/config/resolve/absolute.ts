import { isAbsolute, join, resolve } from "node:path";

/** Paths count from the folder of the configuration file. */
export function absolutePath(folder: string, path: string): string {
  return resolve(folder, path);
}

/** The same for a pattern: what the folder's own name holds of `*`, `?` and brackets is no part of the pattern. */
export function absoluteGlob(folder: string, pattern: string): string {
  return isAbsolute(pattern) ? pattern : join(folder.replace(/[*?[\]\\]/g, "\\$&"), pattern);
}
