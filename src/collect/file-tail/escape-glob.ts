import { sep } from "node:path";

/** The folder as a pattern that matches it alone. */
export function escapeGlob(folder: string): string {
  return folder
    .split(sep)
    .map((name) => name.replace(/[*?[\]{}\\]/g, "\\$&"))
    .join(sep);
}
