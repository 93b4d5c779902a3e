import type { Dialect } from "../model/record.ts";

/** Dialects that records may be said to be of. */
export const DESCRIBED: readonly Dialect[] = [
  "kubernetes-audit",
  "teleport",
  "support-access",
  "out-of-band",
];
/** Dialects whose records are whole files. */
export const WHOLE_FILES: readonly Dialect[] = ["support-access", "out-of-band"];
