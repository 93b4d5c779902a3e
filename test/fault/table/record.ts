import { readFileSync, writeFileSync } from "node:fs";
import { PEER_LOSSES, type PeerLoss } from "./peers.ts";
import { ROWS } from "./rows.ts";
import type { RowOutcome } from "./run-row.ts";

/** What results.json holds of a row: what its latest full run showed, and what peers lost. README.md is generated from it. */
type RecordedRow = RowOutcome & { readonly peers: readonly PeerLoss[] };

const RESULTS = new URL("results.json", import.meta.url);

/** Puts an outcome in the place of the row's earlier one. The rows stand in the order of the table; those that are no more go. */
export function record(outcome: RowOutcome): void {
  const known = JSON.parse(readFileSync(RESULTS, "utf8")) as readonly RecordedRow[];
  const recorded = { ...outcome, peers: PEER_LOSSES[outcome.row] ?? [] };
  const merged = ROWS.flatMap(({ name }) =>
    name === outcome.row ? [recorded] : known.filter(({ row }) => row === name),
  );
  writeFileSync(RESULTS, `${JSON.stringify(merged, null, 2)}\n`);
}
