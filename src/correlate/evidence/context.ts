import type { Grants } from "../grants/grants.ts";
import type { Vendors } from "../identity/vendors.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** What a fold works on; the live path and the start use the same. */
export interface EvidenceContext {
  readonly ledger: Ledger;
  readonly grants: Grants;
  readonly vendors: Vendors;
  /** Tells those who wait for this evidence. */
  readonly arrived: (key: string) => void;
}
