import type { EntryKind } from "../model/entry.ts";
import type { Facts, KubernetesFacts } from "../model/facts.ts";
import type { AuditEvent, Verdict } from "../model/generated/audit-event.ts";
import { keyOf } from "./ledger/key.ts";
import type { CountsDocument } from "./ledger/kinds.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { Vendors } from "./identity/vendors.ts";
import type { Holds } from "./hold/holds.ts";
import { requestKey, waitKey, waitOf } from "./hold/wait.ts";
import type { Passed } from "./passed.ts";

/** The part of the correlator that noting needs. */
export interface RecordContext {
  readonly ledger: Ledger;
  readonly vendors: Vendors;
  readonly holds: Holds;
  readonly passed: Passed;
  readonly arrived: (key: string) => void;
}

/** What is known of an entry beyond its event. */
export interface Recorded {
  readonly kind: EntryKind;
  readonly event: AuditEvent;
  readonly facts: Facts;
}

/**
 * Notes an entry that is journaled: its id, its verdict, its hold. The live path calls it for every entry it makes, the start for
 * every entry it reads: the ledger is the same fold of the journal.
 */
export function recordEntry(context: RecordContext, recorded: Recorded): void {
  const { ledger } = context;
  const { kind, event, facts } = recorded;
  const digest = facts.dialect === "teleport" ? facts.contentDigest : null;
  if (kind === "held") {
    ledger.seen.put(event.id, { digest, verdict: null });
    context.holds.add(event, waitOf(facts, context.vendors));
    return;
  }
  if (kind === "released") context.holds.remove(event.id);
  if (!isRemembered(context, event, facts)) {
    context.passed.note(event);
    return;
  }
  const { verdict } = event;
  const isPlain = facts.dialect === "teleport" && event.labels["vendor"] === undefined;
  ledger.seen.put(event.id, { digest, verdict: isPlain ? null : verdict });
  if (facts.dialect === "kubernetes-audit") answerRequest(context, facts, verdict);
  if (isCounted(facts)) count(ledger, verdict);
}

/** All of Teleport; of Kubernetes what a vendor's user or agent did: the rest has one verdict for good, and is not stored. */
function isRemembered(context: RecordContext, event: AuditEvent, facts: Facts): boolean {
  if (facts.dialect === "teleport" || event.labels["vendor"] !== undefined) return true;
  return facts.user !== null && context.vendors.ofUser(facts.user) !== null;
}

/** W8: tells those who wait what became of the request. The first stage that was judged counts. */
export function answerRequest(
  context: RecordContext,
  facts: KubernetesFacts,
  verdict: Verdict,
): void {
  if (facts.stage === "RequestReceived") return;
  const key = requestKey(facts);
  if (context.ledger.responses.get(key) !== null) return;
  context.ledger.responses.put(key, verdict);
  context.arrived(waitKey.request(key));
}

/** A Kubernetes request counts once, when it ends. */
function isCounted(facts: Facts): boolean {
  return (
    facts.dialect === "teleport" ||
    (facts.stage !== "RequestReceived" && facts.stage !== "ResponseStarted")
  );
}

/** An event counts for every grant that covers it or that it is related to, by its coverage. */
function count(ledger: Ledger, verdict: Verdict): void {
  for (const id of new Set([...verdict.grants, ...verdict.related])) {
    const key = keyOf(id);
    const counts: CountsDocument = ledger.counts.get(key) ?? {};
    const { coverage } = verdict;
    ledger.counts.put(key, { ...counts, [coverage]: (counts[coverage] ?? 0) + 1 });
  }
}
