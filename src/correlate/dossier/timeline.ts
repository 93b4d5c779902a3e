import type { AuditEvent, Verdict } from "../../model/generated/audit-event.ts";
import type { DossierAction, DossierEvent } from "../../model/dossier.ts";
import { formatTime } from "../../model/time.ts";
import { requestKey } from "../hold/wait.ts";
import { keyOf } from "../ledger/key.ts";
import type { JudgedDocument } from "../ledger/kinds.ts";
import { canonicalJson, digestOf } from "./canonical.ts";
import { commandOf } from "./command.ts";
import { judgedAt, type JudgedAtContext } from "./judged-at.ts";

/** The stages of a request as one action; of its stages the last one says most. */
const STAGES = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];

/** What was done, by time: every event once, and a Kubernetes request once with all its stages that have one verdict. */
export function timelineOf(
  context: JudgedAtContext,
  documents: readonly JudgedDocument[],
): readonly DossierAction[] {
  const requests = new Map<string, JudgedDocument[]>();
  for (const document of documents) {
    const key = actionKey(document);
    requests.set(key, [...(requests.get(key) ?? []), document]);
  }
  return [...requests.values()]
    .map((stages) => actionOf(context, stages))
    .sort((a, b) => compare(a.at, b.at) || compare(idOf(a), idOf(b)));
}

/** A file and a webhook may each have a part of the stages. */
function actionKey({ event, facts }: JudgedDocument): string {
  if (facts.dialect !== "kubernetes-audit") return event.id;
  return keyOf(requestKey(facts), event.origin.name, canonicalJson(verdictOf(event)));
}

function actionOf(context: JudgedAtContext, documents: readonly JudgedDocument[]): DossierAction {
  const stages = documents.toSorted(byStage);
  const last = stages.at(-1);
  if (last === undefined) throw new RangeError("Cannot make an action of no event");
  const { event } = last;
  const { actor, action, target, outcome, origin } = event;
  const events = stages.map(eventOf);
  return {
    at: events.map(({ at }) => at).reduce((a, b) => (a < b ? a : b)),
    judgedAt: formatTime(judgedAt(context, last)),
    origin: { name: origin.name, kind: origin.kind, cluster: origin.cluster },
    actor: actor.name,
    impersonator: actor.impersonator,
    class: action.class,
    name: action.name,
    target: {
      kind: target.kind,
      apiGroup: target.apiGroup,
      namespace: target.namespace,
      name: target.name,
      subresource: target.subresource,
      host: target.host,
    },
    command: commandOf(event),
    outcome: { status: outcome.status, code: outcome.code },
    session: event.session?.id ?? null,
    verdict: verdictOf(event),
    events,
  };
}

function eventOf({ event, facts, number }: JudgedDocument): DossierEvent {
  const { id } = event;
  return {
    id,
    at: formatTime(event.occurredAt),
    stage: facts.dialect === "kubernetes-audit" ? facts.stage : null,
    revision: number,
    digest: digestOf(canonicalJson({ id, verdict: verdictOf(event) })),
  };
}

/** As the schema has it, whatever the ledger's JSON holds beside. */
function verdictOf({ verdict }: Pick<AuditEvent, "verdict">): Verdict {
  const { grants, related, method, coverage, skewMs } = verdict;
  return { grants, related, method, coverage, skewMs };
}

function byStage(a: JudgedDocument, b: JudgedDocument): number {
  return stageOf(a) - stageOf(b) || compare(a.event.id, b.event.id);
}

function stageOf({ facts }: JudgedDocument): number {
  return facts.dialect === "kubernetes-audit" ? STAGES.indexOf(facts.stage) : 0;
}

function idOf({ events }: DossierAction): string {
  return events[0]?.id ?? "";
}

/** By code units, as the canonical form. */
export function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
