import type { NormalizedEvent } from "../model/normalization.ts";
import type { Policy } from "../model/policy.ts";
import { MICROS_PER_MS } from "../model/time.ts";
import type { Watermarks } from "../ports/correlator.ts";
import type { Verdict } from "../model/generated/audit-event.ts";
import { decide } from "./decide.ts";
import type { Step } from "./decision.ts";
import { createGrants } from "./grants/grants.ts";
import { waitOf } from "./hold/wait.ts";
import { createCredentials } from "./identity/credentials.ts";
import { createVendors } from "./identity/vendors.ts";
import type { Ledger } from "./ledger/ledger.ts";

/** The reasoning for one event with the evidence that the ledger has now. */
export interface Explanation {
  readonly vendor: string | null;
  readonly principal: string | null;
  readonly verdict: Verdict;
  /** It would be held until more evidence has come. */
  readonly isHeld: boolean;
  /** The rules that were asked, in their order (verdicts.md). */
  readonly steps: readonly Step[];
}

/**
 * With the evidence that the ledger has, and as if none before the watermark were still to come.
 */
export interface ExplainOptions {
  readonly policy: Policy;
  readonly ledger: Ledger;
  readonly watermarks: Watermarks;
}

/** Decides as the line would, and says why. Changes nothing. */
export function explainEvent(normalized: NormalizedEvent, options: ExplainOptions): Explanation {
  const { policy, ledger, watermarks } = options;
  const { event, facts } = normalized;
  if (facts === null) {
    const says = "an event of our own, or one that cannot be read";
    const steps = [{ rule: "C8", says }];
    return { vendor: null, principal: null, verdict: event.verdict, isHeld: false, steps };
  }
  const vendors = createVendors(policy);
  const steps: Step[] = [];
  const grants = createGrants({ policy, ledger, vendors });
  const credentials = createCredentials(ledger);
  const skew = policy.hold.skewMs * MICROS_PER_MS;
  const decision = decide(
    { ledger, grants, vendors, credentials, skew, trace: steps },
    event,
    facts,
  );
  const { until } = waitOf(facts, { vendors, credentials, skew });
  const isHeld = !decision.isSettled && !(until !== null && until < watermarks.evidence);
  if (isHeld) steps.push({ rule: "H1", says: "waits for evidence that may change this" });
  const { vendor, principal, verdict } = decision;
  return { vendor, principal, verdict, isHeld, steps };
}
