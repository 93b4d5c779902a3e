import type { Delivery } from "../../model/delivery.ts";
import { describeError, systemCode } from "../../model/error.ts";

/** Faults of the configuration or of permissions: they last until somebody changes something. Codes as in errno(3). */
const PAUSED = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "EISDIR",
  "EEXIST",
  "ENOTDIR",
  "ELOOP",
  "ENAMETOOLONG",
]);

/** A path that no sink may write to as it is. */
export class UnfitPath extends Error {}

/** What a failed attempt means: all else (a full disk, a quota, an I/O error) may be better later. */
export function classifyError(action: string, error: unknown): Delivery {
  const cause = `${action}: ${describeError(error)}`;
  const code = systemCode(error);
  if (error instanceof UnfitPath || (code !== null && PAUSED.has(code)))
    return { status: "paused", cause };
  return { status: "retry", cause, retryAfterMs: null };
}
