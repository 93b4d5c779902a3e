import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Policy } from "../model/policy.ts";
import type { Watermarks } from "../ports/correlator.ts";
import type { Log } from "../ports/log.ts";
import type { Micros } from "../model/time.ts";
import type { Arrived } from "./evidence/context.ts";
import type { Bindings } from "./evidence/bindings.ts";
import type { FindingBook } from "./findings/book.ts";
import type { Seals } from "./dossier/seals.ts";
import type { DueSubjects } from "./findings/subjects/due.ts";
import type { Spoken } from "./findings/subjects/spoken.ts";
import type { Grants } from "./grants/grants.ts";
import type { Arrivals } from "./hold/arrivals.ts";
import type { Holds } from "./hold/holds.ts";
import type { Credentials } from "./identity/credentials.ts";
import type { Vendors } from "./identity/vendors.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { Passed } from "./passed.ts";
import type { DueResidue } from "./residue/due.ts";
import type { ChangeOf } from "./residue/request.ts";
import type { Residue } from "./residue/residue.ts";
import type { Heartbeats } from "./silence/heartbeats.ts";
import type { Reviews } from "./revise/reviews.ts";

/** What the steps of the correlator work on. */
export interface CorrelatorContext {
  readonly policy: Policy;
  readonly ledger: Ledger;
  readonly vendors: Vendors;
  readonly grants: Grants;
  readonly holds: Holds;
  readonly bindings: Bindings;
  readonly credentials: Credentials;
  readonly changeOf: ChangeOf;
  readonly passed: Passed;
  readonly findings: FindingBook;
  readonly subjects: DueSubjects;
  readonly spoken: Spoken;
  /** Null where none is configured. */
  readonly heartbeats: Heartbeats | null;
  readonly log: Log;
  readonly factsOf: (event: AuditEvent) => Facts | null;
  readonly arrivals: Arrivals;
  readonly arrived: Arrived;
  readonly reviews: Reviews;
  readonly residue: Residue;
  readonly dueResidue: DueResidue;
  readonly seals: Seals;
  /** Tolerance of joins, in microseconds (M4). */
  readonly skew: Micros;
  /** As last told. */
  watermarks: Watermarks;
}
