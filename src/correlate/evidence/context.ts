import type { Micros } from "../../model/time.ts";
import type { Grants } from "../grants/grants.ts";
import type { Vendors } from "../identity/vendors.ts";
import type { Ledger } from "../ledger/ledger.ts";

export interface Times {
  readonly from: Micros;
  readonly to: Micros;
}

/**
 * `during`: only what is judged by a time in it can depend on this evidence; all, where left out. `wakes`: of what is held because of a
 * join (M4) it can settle only this; nothing, where null; all, where left out.
 */
export type Arrived = (
  key: string,
  during?: { readonly from: Micros; readonly to?: Micros; readonly wakes?: Times | null },
) => void;

/** What a fold works on; the live path and the start use the same. */
export interface EvidenceContext {
  readonly ledger: Ledger;
  readonly grants: Grants;
  readonly vendors: Vendors;
  /** Tells those who wait for this evidence, and those who were judged without it and may have done so otherwise (H3). */
  readonly arrived: Arrived;
  /** Tolerance of joins, in microseconds (M4). */
  readonly skew: Micros;
}
