import type { NormalizedEvent } from "../model/normalization.ts";
import type { Policy } from "../model/policy.ts";
import { MICROS_PER_MS } from "../model/time.ts";
import type { Watermarks } from "../ports/correlator.ts";
import type { Verdict } from "../model/generated/audit-event.ts";
import { decide, withDecision } from "./decide.ts";
import type { Step } from "./decision.ts";
import { findingsOf } from "./findings/event-rules.ts";
import type { Finding } from "./findings/finding.ts";
import { foreignFinding } from "./findings/foreign.ts";
import { createGrants } from "./grants/grants.ts";
import { waitOf } from "./hold/wait.ts";
import { createCredentials } from "./identity/credentials.ts";
import { createVendors } from "./identity/vendors.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { tellWait } from "./trace/waits.ts";

/** The reasoning for one event with the evidence that the ledger has now. */
export interface Explanation {
  readonly vendor: string | null;
  readonly principal: string | null;
  readonly verdict: Verdict;
  /** It would be held until more evidence has come. */
  readonly isHeld: boolean;
  /** The findings that the event makes by itself; others need more than one event. */
  readonly findings: readonly Pick<Finding, "rule" | "severity">[];
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
    const { verdict } = event;
    return { vendor: null, principal: null, verdict, isHeld: false, findings: [], steps };
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
  const foreign = decision.vendor === null ? foreignFinding(event, facts, vendors) : null;
  if (foreign?.rule === "vendor-name-impersonated")
    steps.push({ rule: "W5", says: `a name of ${foreign.vendor ?? ""}, and not by its agent` });
  const wait = waitOf(facts, { vendors, credentials, skew });
  const { vendor, principal, verdict } = decision;
  const isPast = wait.until !== null && wait.until < watermarks.evidence;
  const isHeld = !decision.isSettled && !isPast;
  if (isHeld) tellWait(wait, policy, steps);
  else steps.push({ rule: "H1", says: decision.isSettled ? SETTLED : PAST });
  const decided = { event: withDecision(event, decision, vendors), facts, decision };
  const made = [...findingsOf(decided, vendors), ...(foreign === null ? [] : [foreign])];
  const findings = made.map(({ rule, severity }) => ({ rule, severity }));
  for (const { rule, severity } of findings)
    steps.push({ rule: "§6", says: `finding ${rule} (${severity})` });
  return { vendor, principal, verdict, isHeld, findings, steps };
}

const SETTLED = "settled: nothing that is still to come is waited for";
const PAST = "not settled by what is known, and the watermark has passed it";
