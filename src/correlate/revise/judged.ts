import type { AuditEvent, Verdict } from "../../model/generated/audit-event.ts";
import type { Facts } from "../../model/facts.ts";
import { waitKey } from "../hold/wait.ts";
import type { Arrived } from "../evidence/context.ts";
import { mayBeMaking } from "../evidence/made-credentials.ts";
import type { Documents } from "../ledger/documents.ts";
import { keyOf } from "../ledger/key.ts";
import type { CountsDocument, JudgedDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { dependencesOf, type DependsContext } from "./depends-on.ts";

/** What keeping needs of the correlator. */
export interface JudgedContext extends DependsContext {
  readonly ledger: Ledger;
  readonly arrived: Arrived;
}

/** An event as it was judged. */
export interface Judged {
  readonly event: AuditEvent;
  readonly facts: Facts;
  readonly principal: string | null;
  readonly unseen?: readonly string[] | undefined;
  readonly number: number;
}

/** Keeps an event, so that evidence that comes later finds it (H3). Kept again, it stands with its last verdict. */
export function keepJudged(context: JudgedContext, judged: Judged): void {
  const { ledger } = context;
  const { facts, principal, number, unseen = [] } = judged;
  const { original: _, ...event } = judged.event;
  const { id, verdict } = event;
  const before = ledger.judged.get(id);
  const next: JudgedDocument = { event, facts, principal, number, unseen };
  ledger.judged.put(id, unseen.length > 0 ? next : { event, facts, principal, number });
  const rowsOf = ({
    event: of,
    principal: by,
    unseen: ids = [],
  }: JudgedDocument): ReadonlySet<string> =>
    new Set(
      dependencesOf({ facts, principal: by, verdict: of.verdict, unseen: ids }, context).map(
        ({ key, at }) => keyOf(key, at, id),
      ),
    );
  const rows = rowsOf(next);
  const rowsBefore = before === null ? NO_ROWS : rowsOf(before);
  for (const row of rowsBefore) if (!rows.has(row)) ledger.judgedBy.remove(row);
  for (const row of rows) if (!rowsBefore.has(row)) ledger.judgedBy.put(row, id);
  if (facts.dialect === "kubernetes-audit" && mayBeMaking(facts)) {
    const { grants, related, coverage } = verdict;
    ledger.makings.put(keyOf(id), { grants, related, coverage });
  }
  // Whose verdict others take: what its credential does is judged by it.
  if (context.credentials.isMaker(id)) context.arrived(waitKey.event(id));
  countGrants(ledger, { id, at: event.occurredAt, facts }, before?.event.verdict ?? null, verdict);
}

const NO_ROWS: ReadonlySet<string> = new Set();

interface Counted {
  readonly id: string;
  readonly at: number;
  readonly facts: Facts;
}

/** An event stands under every grant that covers it or that it is related to, and counts for it by its coverage. */
function countGrants(
  ledger: Ledger,
  { id, at, facts }: Counted,
  before: Verdict | null,
  after: Verdict,
): void {
  const counts = isCounted(facts) ? ledger.counts : ledger.unfinishedCounts;
  for (const grant of grantsOf(before)) {
    if (!grantsOf(after).has(grant)) ledger.judgedOfGrant.remove(keyOf(grant, at, id));
    add(counts, grant, before?.coverage ?? "", -1);
  }
  for (const grant of grantsOf(after)) {
    if (!grantsOf(before).has(grant)) ledger.judgedOfGrant.put(keyOf(grant, at, id), id);
    add(counts, grant, after.coverage, 1);
  }
}

function grantsOf(verdict: Verdict | null): ReadonlySet<string> {
  return new Set(verdict === null ? [] : [...verdict.grants, ...verdict.related]);
}

function add(counts: Documents<CountsDocument>, grant: string, coverage: string, by: number): void {
  const key = keyOf(grant);
  const { [coverage]: known = 0, ...others } = counts.get(key) ?? {};
  counts.put(key, known + by > 0 ? { ...others, [coverage]: known + by } : others);
}

/** A Kubernetes request counts once, when it ends. */
function isCounted(facts: Facts): boolean {
  return (
    facts.dialect !== "kubernetes-audit" ||
    (facts.stage !== "RequestReceived" && facts.stage !== "ResponseStarted")
  );
}
