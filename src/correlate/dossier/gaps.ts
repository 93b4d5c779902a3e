import type { DossierGap } from "../../model/dossier.ts";
import type { Grant } from "../../model/generated/grant.ts";
import { formatTime, type Micros } from "../../model/time.ts";
import { keyOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { GapDocument } from "./kinds.ts";

/** The last time that a key holds. */
const LAST: Micros = Number.MAX_SAFE_INTEGER - 1;

/**
 * Losses that were found from the grant's beginning on: nobody knows of what time the records were that are missing, but that they are
 * older. What was found after the first seal is of a later time, since every source had passed the grant's end by then.
 *
 * @param skewMax how far the clock by which they were found may be behind the grant's.
 */
export function gapsOf(ledger: Ledger, grant: Grant, skewMax: Micros): readonly GapDocument[] {
  const begin = grant.requestedAt ?? grant.intervals[0]?.from ?? 0;
  const until = ledger.sealed.get(keyOf(grant.id))?.gapsUntil ?? LAST;
  return ledger.gaps.range(keyOf(begin - skewMax), keyOf(until + 1));
}

export function dossierGap(gap: GapDocument): DossierGap {
  const { eventId, source, foundAt, from, to, sizeBytes, count, cause } = gap;
  return { eventId, source, foundAt: formatTime(foundAt), from, to, sizeBytes, count, cause };
}
