import { parseDuration } from "../config/read/duration.ts";
import { ChaperoneError } from "../model/error.ts";
import { MICROS_PER_MS, parseTime, type Micros } from "../model/time.ts";

/** The time that `--since` names: RFC 3339, a date, or an ISO 8601 duration back from now, as `PT1H`. Null where it is left out. */
export function sinceOf(text: string | undefined, now: Micros): Micros | null {
  if (text === undefined) return null;
  const at = parseTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (at !== null) return at;
  const durationMs = parseDuration(text);
  if (durationMs !== null) return now - durationMs * MICROS_PER_MS;
  throw new ChaperoneError("USAGE", `Cannot take --since "${text}": it is no time`, {
    hint: "Write 2026-11-22T06:00:00Z, 2026-11-22, or PT1H for the last hour.",
  });
}
