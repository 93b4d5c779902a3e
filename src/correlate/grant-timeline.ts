import { requestKey } from "./hold/wait.ts";
import { prefixOf } from "./ledger/key.ts";
import type { JudgedDocument } from "./ledger/kinds.ts";
import type { Ledger } from "./ledger/ledger.ts";

/** An event that stands under a grant, as it was judged last. */
export interface UnderGrant {
  readonly event: JudgedDocument["event"];
  /** Of its last revision; 0 where there is none. */
  readonly revision: number;
}

/** Every event that the grant covers or is related to, by its time; one at a time, since a grant may have very many. */
export function* eventsOfGrant(ledger: Ledger, grantId: string): Generator<UnderGrant, void> {
  for (const judged of judgedOf(ledger, grantId)) yield underGrant(judged);
}

/** The same with a Kubernetes request once, by the last of its stages that is known: all stages have the time of its receipt. */
export function* requestsOfGrant(ledger: Ledger, grantId: string): Generator<UnderGrant, void> {
  let same = new Map<string, JudgedDocument>();
  let at: number | null = null;
  for (const judged of judgedOf(ledger, grantId)) {
    if (judged.event.occurredAt !== at) {
      for (const each of same.values()) yield underGrant(each);
      same = new Map();
      at = judged.event.occurredAt;
    }
    const key = requestOf(judged);
    const known = same.get(key);
    if (known === undefined || stageOf(known) < stageOf(judged)) same.set(key, judged);
  }
  for (const each of same.values()) yield underGrant(each);
}

function* judgedOf(ledger: Ledger, grantId: string): Generator<JudgedDocument, void> {
  for (const eventId of ledger.judgedOfGrant.scan(prefixOf(grantId))) {
    const judged = ledger.judged.get(eventId);
    if (judged !== null) yield judged;
  }
}

function underGrant({ event, number: revision }: JudgedDocument): UnderGrant {
  return { event, revision };
}

function requestOf({ event, facts }: JudgedDocument): string {
  return facts.dialect === "kubernetes-audit" ? requestKey(facts) : event.id;
}

function stageOf({ facts }: JudgedDocument): number {
  return facts.dialect === "kubernetes-audit" ? STAGES.indexOf(facts.stage) : 0;
}

const STAGES = ["RequestReceived", "ResponseStarted", "Panic", "ResponseComplete"];
