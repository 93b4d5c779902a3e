import type { Documents } from "../ledger/documents.ts";
import { keyOf } from "../ledger/key.ts";
import type { FindingEvidence } from "../ledger/kinds.ts";
import { LEVEL_MAX, levelOf } from "../../model/finding-severity.ts";

/** One event of a finding's evidence. */
export type EvidenceOf = Pick<FindingEvidence, "eventId" | "at">;

/** Evidence of findings beyond what they name, in the order in which it is to be named: the worst first, of these the earliest. */
export interface FurtherEvidence {
  first(finding: string, max: number): readonly FindingEvidence[];
  get(finding: string, of: EvidenceOf): FindingEvidence | null;
  put(finding: string, row: FindingEvidence): void;
  remove(finding: string, row: FindingEvidence): void;
}

export function createFurther(table: Documents<FindingEvidence>): FurtherEvidence {
  return {
    first: (finding, max) => table.range(keyOf(finding, 0), keyOf(finding, LEVEL_MAX + 1), max),
    get: (finding, of) => {
      for (let level = LEVEL_MAX; level >= 0; level--) {
        const row = table.get(rowKey(finding, level, of));
        if (row !== null) return row;
      }
      return null;
    },
    put: (finding, row) => table.put(rowKey(finding, levelOf(row.severity), row), row),
    remove: (finding, row) => table.remove(rowKey(finding, levelOf(row.severity), row)),
  };
}

function rowKey(finding: string, level: number, { at, eventId }: EvidenceOf): string {
  return keyOf(finding, LEVEL_MAX - level, at, eventId);
}

/** Whether it is named before the other one. */
export function isNamedBefore(a: FindingEvidence, b: FindingEvidence): boolean {
  return a.severity === b.severity ? isBefore(a, b) : levelOf(a.severity) > levelOf(b.severity);
}

/** In the order in which a finding says its evidence: by time, so that the order of arrival does not show. */
export function isBefore(a: FindingEvidence, b: FindingEvidence): boolean {
  return a.at === b.at ? a.eventId < b.eventId : a.at < b.at;
}
