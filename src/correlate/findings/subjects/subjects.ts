import type { Policy } from "../../../model/policy.ts";
import { MICROS_PER_MS } from "../../../model/time.ts";
import type { Grants } from "../../grants/grants.ts";
import type { Vendors } from "../../identity/vendors.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { createDueSubjects, type DueSubjects } from "./due.ts";
import { createGrantRules } from "./grant-rules.ts";
import { createSessionRules } from "./session-rules.ts";
import type { Spoken } from "./spoken.ts";

export interface SubjectsOptions {
  readonly policy: Policy;
  readonly ledger: Ledger;
  readonly vendors: Vendors;
  readonly grants: Grants;
  readonly spoken: Spoken;
}

/** The grants and sessions with the rules about them. */
export function createSubjects(options: SubjectsOptions): DueSubjects {
  const { policy, ledger, vendors } = options;
  const { organization, approvers, dossier } = policy;
  return createDueSubjects({
    ...options,
    ofGrant: createGrantRules({
      ledger,
      approvers,
      personOf: vendors.personOf,
      completeAfter: dossier.sealAfterMs * MICROS_PER_MS,
    }),
    ofSession: createSessionRules({ ...options, organization }),
  });
}
