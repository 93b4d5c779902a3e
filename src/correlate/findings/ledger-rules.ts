import type { Micros } from "../../model/time.ts";
import type { Settled } from "../decision.ts";
import type { Grants } from "../grants/grants.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { auditIdIdentity, auditIdReused } from "./audit-id.ts";
import type { Finding } from "./finding.ts";
import { longActionOf, outlivesGrant } from "./outlives.ts";

export interface LedgerRulesContext {
  readonly ledger: Ledger;
  readonly grants: Grants;
  readonly skew: Micros;
}

/** What the ledger says of an event now. */
export interface LedgerFindings {
  readonly found: readonly Finding[];
  /** All that it can be evidence of by what it is: what it is not found guilty of it may have been, with what the ledger said before. */
  readonly possible: readonly Pick<Finding, "rule" | "identity">[];
}

/** The rules of one event that ask for more than the event and its verdict. They are asked again whenever the event is judged again. */
export function ledgerFindings(context: LedgerRulesContext, settled: Settled): LedgerFindings {
  const { facts } = settled;
  const found: Finding[] = [];
  const possible: Pick<Finding, "rule" | "identity">[] = [];
  function say(rule: string, identity: readonly string[], finding: Finding | null): void {
    possible.push({ rule, identity });
    if (finding !== null) found.push(finding);
  }
  const long = longActionOf(settled);
  if (long !== null)
    say("session-outlives-grant", long.identity, outlivesGrant(settled, long, context.grants));
  if (facts.dialect === "kubernetes-audit" && facts.stage !== "RequestReceived")
    say("audit-id-reused", auditIdIdentity(settled, facts), auditIdReused(settled, facts, context));
  return { found, possible };
}
