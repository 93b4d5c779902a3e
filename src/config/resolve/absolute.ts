import { isAbsolute, join, resolve } from "node:path";

/** Paths count from the folder of the configuration file. */
export function absolutePath(folder: string, path: string): string {
  return resolve(folder, path);
}

/** The same for a pattern: what the folder's own name holds of `*`, `?` and brackets is no part of the pattern. */
export function absoluteGlob(folder: string, pattern: string): string {
  return isAbsolute(pattern) ? pattern : join(folder.replace(/[*?[\]\\]/g, "\\$&"), pattern);
}

/** The same for the program of a command where its name has a slash in it; one without is looked for in PATH. */
export function absoluteCommand(folder: string, command: readonly string[]): readonly string[] {
  const [program = "", ...args] = command;
  return [program.includes("/") ? absolutePath(folder, program) : program, ...args];
}
