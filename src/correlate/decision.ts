import type { Facts } from "../model/facts.ts";
import type { AuditEvent, Verdict } from "../model/generated/audit-event.ts";
import type { Coverage, Method } from "../model/verdict.ts";

/** What follows from a rule for one event, in words, for `chaperone explain`. */
export interface Step {
  readonly rule: string;
  readonly says: string;
}

/** Collects the steps of a decision; absent on the line, where nobody asks. */
export type Trace = Step[] | undefined;

/** What is said of an event with the evidence that is there now. */
export interface Decision {
  /** The vendor whose event it is; null for everybody else's. */
  readonly vendor: string | null;
  /** Person, shared name or agent. */
  readonly principal: string | null;
  readonly verdict: Verdict;
  /** Ids that were named and that the verdict does not have: what comes to light of them may change it (H3). */
  readonly unseen?: readonly string[] | undefined;
  /** The evidence that the method needs is there, or none is needed (H1); else what is still to come may change the verdict. */
  readonly isSettled: boolean;
}

/** An event and what is said of it. */
export interface Settled {
  readonly event: AuditEvent;
  readonly facts: Facts;
  readonly decision: Decision;
}

/** A verdict; what is not given is empty. */
export function verdictOf(
  coverage: Coverage,
  known: {
    readonly method?: Method;
    readonly grants?: readonly string[];
    readonly related?: readonly string[];
  } = {},
): Verdict {
  return {
    grants: known.grants ?? [],
    related: known.related ?? [],
    method: known.method ?? "none",
    coverage,
    skewMs: null,
  };
}
