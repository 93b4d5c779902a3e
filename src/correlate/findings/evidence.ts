import { isSameList } from "../same-list.ts";
import type { FindingEvidence } from "../ledger/kinds.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** Evidence of one finding that is kept: the earliest. Who does more than this has done enough. */
export const EVIDENCE_MAX = 1_000;

/** The events that are evidence of findings, one row each: somebody busy is accused event after event. */
export interface Evidence {
  /** All that there is of a finding, in no order that means anything. */
  of(finding: string): readonly FindingEvidence[];
  /** False where it is known as it is, or comes behind as many as are kept. */
  add(finding: string, row: FindingEvidence): boolean;
  /** False where there is none of this event. */
  remove(finding: string, eventId: string): boolean;
  count(finding: string): number;
}

/** What a finding's rows come to, so that they are not read for each one more. */
interface Extent {
  count: number;
  /** The last row of a finding that is full. */
  last: FindingEvidence | null;
}

/** Findings whose extent is remembered. */
const RECENT_MAX = 10_000;

export function createEvidence({ findingEvidence }: Pick<Ledger, "findingEvidence">): Evidence {
  const recent = new Map<string, Extent>();

  function of(finding: string): readonly FindingEvidence[] {
    return findingEvidence.scan(prefixOf(finding));
  }

  function extentOf(finding: string): Extent {
    const known = recent.get(finding);
    if (known !== undefined) return known;
    if (recent.size >= RECENT_MAX) recent.clear();
    const extent = { count: of(finding).length, last: null };
    recent.set(finding, extent);
    return extent;
  }

  /** Whether there is room for the row, which the last one may have to give. */
  function makeRoom(finding: string, row: FindingEvidence): boolean {
    const extent = extentOf(finding);
    if (extent.count < EVIDENCE_MAX) return true;
    extent.last ??= of(finding).reduce((last, other) => (isBefore(last, other) ? other : last));
    if (!isBefore(row, extent.last)) return false;
    remove(finding, extent.last.eventId);
    return true;
  }

  function remove(finding: string, eventId: string): boolean {
    const key = keyOf(finding, eventId);
    if (findingEvidence.get(key) === null) return false;
    const extent = extentOf(finding);
    extent.count--;
    extent.last = null;
    findingEvidence.remove(key);
    return true;
  }

  return {
    of,
    add: (finding, row) => {
      const key = keyOf(finding, row.eventId);
      const known = findingEvidence.get(key);
      if (known !== null && isSame(known, row)) return false;
      if (known === null && !makeRoom(finding, row)) return false;
      const extent = extentOf(finding);
      extent.last = null;
      if (known === null) extent.count++;
      findingEvidence.put(key, row);
      return true;
    },
    remove,
    count: (finding) => extentOf(finding).count,
  };
}

/** In the order in which a finding says its evidence: by time, so that the order of arrival does not show. */
export function isBefore(a: FindingEvidence, b: FindingEvidence): boolean {
  return a.at === b.at ? a.eventId < b.eventId : a.at < b.at;
}

function isSame(a: FindingEvidence, b: FindingEvidence): boolean {
  return (
    a.at === b.at &&
    a.severity === b.severity &&
    a.subject === b.subject &&
    isSameList(a.grants, b.grants)
  );
}
