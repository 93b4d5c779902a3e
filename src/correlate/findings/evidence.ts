import type { FindingEvidence } from "../ledger/kinds.ts";

/** Evidence by event id. */
export type Evidence = Readonly<Record<string, FindingEvidence>>;

/** Evidence of one finding that is kept: the earliest. Who does more than this has done enough. */
export const EVIDENCE_MAX = 1_000;

type Row = readonly [id: string, row: FindingEvidence];

/** The last row of evidence that is full: somebody busy goes on for a hundred thousand events. */
const lastRows = new WeakMap<Evidence, Row>();

/** With one row more, the earliest so many of them; null where the new one is not among these. */
export function withRow(evidence: Evidence, id: string, row: FindingEvidence): Evidence | null {
  const rows = Object.entries(evidence);
  if (evidence[id] !== undefined || rows.length < EVIDENCE_MAX) return { ...evidence, [id]: row };
  const last = lastOf(evidence, rows);
  if (last === null || !isBefore([id, row], last)) return null;
  const { [last[0]]: _, ...others } = evidence;
  return { ...others, [id]: row };
}

function lastOf(evidence: Evidence, rows: readonly Row[]): Row | null {
  const known = lastRows.get(evidence);
  if (known !== undefined) return known;
  let last: Row | null = null;
  for (const row of rows) if (last === null || isBefore(last, row)) last = row;
  if (last !== null) lastRows.set(evidence, last);
  return last;
}

function isBefore([idA, a]: Row, [idB, b]: Row): boolean {
  return a.at === b.at ? idA < idB : a.at < b.at;
}
