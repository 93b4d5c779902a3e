import { isSameList } from "../same-list.ts";
import type { FindingEvidence } from "../ledger/kinds.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { createFurther, isNamedBefore, type EvidenceOf } from "./further.ts";
import { levelOf } from "../../model/finding-severity.ts";

/** Events that one finding names: the worst, and of these the earliest. The others move up when one of these goes. */
export const EVIDENCE_MAX = 1_000;

/**
 * The events that are evidence of findings, one row each: somebody busy is accused event after event. A full ledger lets go of rows, at
 * any time and unasked: what is remembered here is put right when the rows are read.
 */
export interface Evidence {
  /** Those that a finding names, in no order that means anything. */
  of(finding: string): readonly FindingEvidence[];
  /** False where what the finding names stays the same. */
  add(finding: string, row: FindingEvidence): boolean;
  /** False where what the finding names stays the same. */
  remove(finding: string, event: EvidenceOf): boolean;
  isEmpty(finding: string): boolean;
}

/** What a finding's rows come to, so that they are not read for each one more. */
interface Extent {
  /** Of those that are named; fewer than may be, with others behind them, until the next is added or all are read. */
  named: number;
  /** Those of them that go first where better ones come, the very first of them last; empty where that is not known. */
  tail: readonly FindingEvidence[];
  /** There may be more. */
  hasFurther: boolean;
}

/** Findings whose extent is remembered. */
const RECENT_MAX = 10_000;
/** Rows are read once for so many that go: old files may be read backwards. */
const TAIL_MAX = 64;

export function createEvidence(
  { findingEvidence, furtherEvidence }: Pick<Ledger, "findingEvidence" | "furtherEvidence">,
  { namedMax }: { readonly namedMax: number } = { namedMax: EVIDENCE_MAX },
): Evidence {
  const further = createFurther(furtherEvidence);
  const recent = new Map<string, Extent>();

  function extentOf(finding: string): Extent {
    const known = recent.get(finding);
    if (known !== undefined) return known;
    if (recent.size >= RECENT_MAX) recent.clear();
    const named = findingEvidence.scan(prefixOf(finding)).length;
    const extent = { named, tail: [], hasFurther: further.first(finding, 1).length > 0 };
    recent.set(finding, extent);
    return extent;
  }

  function name(finding: string, row: FindingEvidence): void {
    const extent = extentOf(finding);
    findingEvidence.put(keyOf(finding, row.eventId), row);
    extent.named++;
    const [first] = extent.tail;
    if (first !== undefined && isNamedBefore(first, row))
      extent.tail = tailOf([...extent.tail, row]);
  }

  /** Counts anew: rows may have gone. */
  function of(finding: string): readonly FindingEvidence[] {
    const rows = findingEvidence.scan(prefixOf(finding));
    extentOf(finding).named = rows.length;
    return [...rows, ...fill(finding)];
  }

  /** Moves up what there is room for. */
  function fill(finding: string): readonly FindingEvidence[] {
    const extent = extentOf(finding);
    const room = namedMax - extent.named;
    if (room <= 0 || !extent.hasFurther) return [];
    const next = further.first(finding, room);
    for (const row of next) {
      further.remove(finding, row);
      name(finding, row);
    }
    extent.hasFurther = next.length === room;
    return next;
  }

  function unname(finding: string, eventId: string): void {
    const extent = extentOf(finding);
    extent.named--;
    extent.tail = extent.tail.filter((row) => row.eventId !== eventId);
    findingEvidence.remove(keyOf(finding, eventId));
  }

  /** Whether the row is named, or waits behind those that are. */
  function place(finding: string, row: FindingEvidence): boolean {
    fill(finding);
    const extent = extentOf(finding);
    if (extent.named >= namedMax && extent.tail.length === 0) extent.tail = tailOf(of(finding));
    const last = extent.tail.at(-1);
    if (extent.named >= namedMax && last !== undefined) {
      const worse = isNamedBefore(row, last) ? last : row;
      further.put(finding, worse);
      extent.hasFurther = true;
      if (worse === row) return false;
      unname(finding, last.eventId);
    }
    name(finding, row);
    return true;
  }

  return {
    of,
    add: (finding, row) => {
      const extent = extentOf(finding);
      const named = findingEvidence.get(keyOf(finding, row.eventId));
      const waiting = named === null && extent.hasFurther ? further.get(finding, row) : null;
      const known = named ?? waiting;
      if (known !== null && isSame(known, row)) return false;
      if (waiting !== null) further.remove(finding, waiting);
      if (named === null) return place(finding, row);
      unname(finding, row.eventId);
      const isLess = levelOf(row.severity) < levelOf(named.severity);
      if (extent.hasFurther && isLess) place(finding, row);
      else name(finding, row);
      return true;
    },
    remove: (finding, event) => {
      if (findingEvidence.get(keyOf(finding, event.eventId)) !== null) {
        unname(finding, event.eventId);
        return true;
      }
      const waiting = extentOf(finding).hasFurther ? further.get(finding, event) : null;
      if (waiting !== null) further.remove(finding, waiting);
      return false;
    },
    isEmpty: (finding) => {
      const extent = extentOf(finding);
      if (extent.named === 0) fill(finding);
      return extent.named === 0;
    },
  };
}

function tailOf(rows: readonly FindingEvidence[]): readonly FindingEvidence[] {
  return rows.toSorted((a, b) => (isNamedBefore(a, b) ? -1 : 1)).slice(-TAIL_MAX);
}

function isSame(a: FindingEvidence, b: FindingEvidence): boolean {
  return (
    a.at === b.at &&
    a.severity === b.severity &&
    a.subject === b.subject &&
    isSameList(a.grants, b.grants)
  );
}
