import type { DossierSealing } from "../../model/dossier.ts";
import type { Micros } from "../../model/time.ts";
import type { Watermarks } from "../../ports/correlator.ts";
import { hasWatermark } from "./origins.ts";

/** How far everything has come, as far as seals care. */
export interface Passage {
  readonly basis: DossierSealing["basis"];
  /** Grants that ended by then may be sealed. */
  readonly endedBy: Micros;
  /** What came by then for a sealed grant may be added. */
  readonly touchedBy: Micros;
}

/** The last time that a key holds. */
const LAST: Micros = Number.MAX_SAFE_INTEGER - 1;

/**
 * Null where nothing can be said. While sources go on: what is older than every watermark by `sealAfter`. Where the input is over nothing
 * is waited for; a grant has ended when records of a later time were there.
 */
export function passedOf(
  { sources, hasEnded }: Watermarks,
  { sealAfter, reached }: { readonly sealAfter: Micros; readonly reached: Micros },
): Passage | null {
  if (sources === undefined || sources.length === 0) return null;
  if (hasEnded === true)
    return { basis: "end-of-input", endedBy: Math.max(0, reached), touchedBy: LAST };
  const least = sources
    .filter(({ source }) => hasWatermark(source))
    .reduce((min, { watermark }) => Math.min(min, watermark), Infinity);
  if (!Number.isFinite(least)) return null;
  // Before it, not at it: a record of the very time of the watermark may still come.
  const passed = Math.max(0, least - sealAfter - 1);
  return { basis: "watermarks", endedBy: passed, touchedBy: passed };
}
