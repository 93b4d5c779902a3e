import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { RowOutcome } from "./run-row.ts";

/** The outcomes of full runs, one a row: what the guarantees in README.md are generated from. */
export const RESULTS: URL = new URL("results.json", import.meta.url);

/** Puts an outcome in the place of the row's earlier one. */
export function record(outcome: RowOutcome): void {
  const known = existsSync(RESULTS)
    ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Readonly<Record<string, RowOutcome>>)
    : {};
  const merged = { ...known, [outcome.row]: outcome };
  writeFileSync(RESULTS, `${JSON.stringify(merged, null, 2)}\n`);
}
