import type { EntryKind } from "../model/entry.ts";
import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { answerApiRequest } from "./evidence/api-requests.ts";
import type { Arrived } from "./evidence/context.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { Credentials } from "./identity/credentials.ts";
import type { Vendors } from "./identity/vendors.ts";
import type { Holds } from "./hold/holds.ts";
import { waitOf } from "./hold/wait.ts";
import type { Passed } from "./passed.ts";
import type { Residue } from "./residue/residue.ts";
import { keepJudged } from "./revise/judged.ts";

/** The part of the correlator that noting needs. */
export interface RecordContext {
  readonly ledger: Ledger;
  readonly vendors: Vendors;
  readonly holds: Holds;
  readonly passed: Passed;
  readonly skew: number;
  readonly residue: Residue;
  readonly credentials: Credentials;
  readonly arrived: Arrived;
}

/** What is known of an entry beyond its event. */
export interface Recorded {
  readonly kind: EntryKind;
  readonly event: AuditEvent;
  readonly facts: Facts;
  /** Who answers for it, as far as that is known; of a held event nobody asks. */
  readonly principal: string | null;
  readonly unseen?: readonly string[] | undefined;
}

/**
 * Notes an entry that is journaled: its id, its verdict, its hold. The live path calls it for every entry it makes, the start for
 * every entry it reads: the ledger is the same fold of the journal.
 */
export function recordEntry(context: RecordContext, recorded: Recorded): void {
  const { ledger } = context;
  const { kind, event, facts, principal, unseen } = recorded;
  const digest = facts.dialect === "teleport" ? facts.contentDigest : null;
  if (kind === "held") {
    ledger.seen.put(event.id, { digest });
    context.holds.add(event, waitOf(facts, context));
    if (facts.dialect === "kubernetes-audit") context.residue.noteHeld(event, facts);
    return;
  }
  if (kind === "released") context.holds.remove(event.id);
  if (!isRemembered(context, event, facts)) {
    context.passed.note(event);
    if (facts.dialect === "kubernetes-audit") context.residue.noteOthers(event, facts);
    return;
  }
  ledger.seen.put(event.id, { digest });
  if (facts.dialect === "kubernetes-audit") answerApiRequest(context, facts, event.verdict);
  if (isRevisable(event, facts))
    keepJudged(context, { event, facts, principal, unseen, number: 0 });
  if (facts.dialect === "kubernetes-audit") context.residue.noteJudged(event, facts);
}

/** All of Teleport and of other sources of grants; of Kubernetes what a vendor's user or agent did: the rest has one verdict for good, and is not stored. */
function isRemembered(context: RecordContext, event: AuditEvent, facts: Facts): boolean {
  if (facts.dialect !== "kubernetes-audit" || event.labels["vendor"] !== undefined) return true;
  return facts.user !== null && context.vendors.ofUser(facts.user) !== null;
}

/** Whether later evidence can change the verdict: what only proves and what is somebody else's by its own words keeps it. */
function isRevisable({ labels, verdict }: AuditEvent, facts: Facts): boolean {
  if (verdict.coverage === "evidence") return false;
  if (facts.dialect === "kubernetes-audit" || labels["vendor"] !== undefined) return true;
  const isNameless = facts.dialect === "teleport" && facts.user === null;
  return isNameless && facts.sessionId !== null;
}
