import { ChaperoneError } from "../../../model/error.ts";
import type { Counters } from "./balance.ts";

/** What the API servers had failed to send when they were last asked: the source's checkpoint. */
export interface SavedFailures {
  readonly version: 1;
  /** Seconds since 1970. */
  readonly to: number;
  readonly failed: readonly (readonly [endpoint: string, count: number])[];
}

/** Null where there is none. @throws CHECKPOINT_UNREADABLE */
export function readFailures(source: string, document: unknown): SavedFailures | null {
  if (document === null) return null;
  if (isSaved(document)) return document;
  throw new ChaperoneError(
    "CHECKPOINT_UNREADABLE",
    `Cannot read the checkpoint of source "${source}": it is no version that this one knows`,
    {
      hint: "Move it aside: what API servers failed to send before the next start is then not declared.",
    },
  );
}

/** Events that the servers failed to send since then; all of those of a server that was started anew. */
export function failedSince(
  { failed }: SavedFailures,
  counters: ReadonlyMap<string, Counters>,
): number {
  let sum = 0;
  for (const [endpoint, before] of failed) {
    const now = counters.get(endpoint)?.failed ?? before;
    sum += now >= before ? now - before : now;
  }
  return sum;
}

function isSaved(document: unknown): document is SavedFailures {
  return (
    typeof document === "object" &&
    document !== null &&
    "version" in document &&
    document.version === 1 &&
    "to" in document &&
    typeof document.to === "number" &&
    "failed" in document &&
    Array.isArray(document.failed) &&
    document.failed.every(isPair)
  );
}

function isPair(pair: unknown): boolean {
  if (!Array.isArray(pair)) return false;
  const [endpoint, count] = pair as readonly unknown[];
  return typeof endpoint === "string" && Number.isSafeInteger(count) && Number(count) >= 0;
}
