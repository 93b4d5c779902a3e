import type { Configuration } from "../config/configuration.ts";
import type { Clock } from "../ports/clock.ts";
import type { Disk } from "../ports/disk.ts";

/** What one look found. */
export interface CheckResult {
  /** What was looked at: `permissions`, `rotation`, … */
  readonly check: string;
  /** Whose: a source's or endpoint's name, a path. */
  readonly of: string;
  /** `warning`: it works, and something may go wrong. `problem`: it does not work, or loses something. */
  readonly state: "ok" | "warning" | "problem";
  readonly seen: string;
  /** What to do; null where nothing is to be done. */
  readonly remedy: string | null;
}

/** What a check may use. It changes nothing, and takes no lock that a starting process could miss. */
export interface Surgery {
  readonly configuration: Configuration;
  /** Folder of the organization's durable state; it may not be there yet. */
  readonly home: string;
  readonly disk: Disk;
  readonly clock: Clock;
}

export type Check = (surgery: Surgery) => Promise<readonly CheckResult[]>;

type Named = Pick<CheckResult, "check" | "of">;

export function ok(named: Named, seen: string): CheckResult {
  return { ...named, state: "ok", seen, remedy: null };
}

export function warning(named: Named, seen: string, remedy: string): CheckResult {
  return { ...named, state: "warning", seen, remedy };
}

export function problem(named: Named, seen: string, remedy: string): CheckResult {
  return { ...named, state: "problem", seen, remedy };
}
