import type { KubernetesFacts } from "../../model/facts.ts";
import type { Verdict } from "../../model/generated/audit-event.ts";
import type { Micros } from "../../model/time.ts";
import { apiCallOf, isRefused } from "../attribute/api-request.ts";
import { requestKey, waitKey } from "../hold/wait.ts";
import { BEHIND, keyOf, prefixOf } from "../ledger/key.ts";
import type { ApiRequestDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import {
  type Call,
  classOf,
  CROWD,
  type NearRow,
  nearestOfEachClass,
  putNear,
  reachOf,
  removeNear,
  TIE,
} from "../ledger/nearest.ts";
import type { EvidenceContext } from "./context.ts";

/** Adds a stage to the request of a vendor's user or agent. Of two records of one stage the later one counts. */
export function foldApiRequest(context: EvidenceContext, facts: KubernetesFacts): void {
  if (!LAST_FIRST.includes(facts.stage)) return;
  const call = apiCallOf(facts, context.vendors);
  if (call === null) return;
  const { ledger } = context;
  const key = requestKey(facts);
  const known = ledger.apiRequests.get(key);
  const at = Math.max(facts.stageAt ?? facts.receivedAt, known?.stages[facts.stage] ?? -Infinity);
  const wasRefused = known?.isRefused === true;
  const refused = isRefused(facts) || wasRefused;
  if (known !== null && known.stages[facts.stage] === at && refused === wasRefused) return;
  const next: ApiRequestDocument = {
    ...call,
    uri: facts.requestUri,
    verb: facts.verb,
    groups: (facts.impersonated ?? facts.user)?.groups ?? [],
    cluster: facts.cluster,
    isRemote: facts.impersonated !== null && facts.impersonated.name !== call.name,
    receivedAt: facts.receivedAt,
    isRefused: refused,
    stages: { ...known?.stages, [facts.stage]: at },
    verdicts: known?.verdicts ?? {},
  };
  ledger.apiRequests.put(key, next);
  if (known !== null) context.arrived(waitKey.request(key));
  if (facts.impersonated === null) return;
  const of = [call.name, call.method, call.path] as const;
  const row = rowOf(key, next);
  const before = known === null ? null : rowOf(key, known);
  const isMoved = before === null || before.at !== row.at || before.class !== row.class;
  if (!isMoved && wasRefused === refused) return;
  const tell = (about: NearRow): void =>
    context.arrived(waitKey.api(call), {
      ...reachOf(ledger.apiRequestsByClass, of, about, { skew: context.skew, tie: TIE }),
      wakes: null,
    });
  if (before !== null && isMoved) {
    ledger.apiRequestsOfName.remove(keyOf(...of, before.at, key));
    removeNear(ledger.apiRequestsByClass, of, before);
    // What was joined to it there has lost it.
    tell(before);
  }
  ledger.apiRequestsOfName.put(keyOf(...of, row.at, key), key);
  putNear(ledger.apiRequestsByClass, of, row);
  tell(row);
}

/** What a join compares beside the time (M4, C1). */
function rowOf(key: string, request: ApiRequestDocument): NearRow {
  const { isRemote, cluster, groups } = request;
  return { class: classOf(isRemote, cluster, groups.toSorted()), at: lastStageAt(request), key };
}

/** Requests of a call within the tolerance; where there are very many, those that can be the nearest. */
export function apiRequestsAbout(
  ledger: Pick<Ledger, "apiRequests" | "apiRequestsOfName" | "apiRequestsByClass">,
  call: Call,
  { at, skew }: { readonly at: Micros; readonly skew: Micros },
): readonly ApiRequestDocument[] {
  const { apiRequests, apiRequestsOfName, apiRequestsByClass } = ledger;
  const [from, to] = [keyOf(...call, at - skew), keyOf(...call, at + skew + 1)];
  const all = apiRequestsOfName.range(from, to, CROWD + 1);
  const keys =
    all.length <= CROWD
      ? all
      : nearestOfEachClass(apiRequestsByClass, call, { at, skew, tie: TIE }).map(({ key }) => key);
  return keys.flatMap((key) => apiRequests.get(key) ?? []);
}

/** When the last stage that is known was reached. */
export function lastStageAt(request: Pick<ApiRequestDocument, "stages">): Micros {
  return Math.max(...Object.values(request.stages));
}

/** W8: notes the verdict of a stage; that of the last stage is the request's. */
export function answerApiRequest(
  context: Pick<EvidenceContext, "ledger" | "arrived">,
  facts: KubernetesFacts,
  verdict: Verdict,
): void {
  if (facts.stage === "RequestReceived") return;
  const key = requestKey(facts);
  const known = context.ledger.apiRequests.get(key);
  if (known === null) return;
  const next = { ...known, verdicts: { ...known.verdicts, [facts.stage]: verdict } };
  context.ledger.apiRequests.put(key, next);
  if (answerOf(next) === answerOf(known)) return;
  context.arrived(waitKey.request(key));
  tellOthers(context, facts, key);
}

/** Requests of one audit id that are told of another one. An id that is used more often than this is found anyhow. */
const OTHERS_MAX = 20;

/** What the others of its audit id are compared with is the first and the last of them. */
function tellOthers(
  context: Pick<EvidenceContext, "ledger" | "arrived">,
  facts: KubernetesFacts,
  key: string,
): void {
  const keyOfOther = ({ uri, verb, receivedAt }: ApiRequestDocument): string =>
    requestKey({ ...facts, requestUri: uri, verb, receivedAt });
  const ends = auditIdEnds(context.ledger, facts).map(keyOfOther);
  if (ends.every((end) => end === key) || !ends.includes(key)) return;
  const from = prefixOf(facts.cluster, facts.auditId);
  const others = context.ledger.apiRequests.range(from, from + BEHIND, OTHERS_MAX).map(keyOfOther);
  for (const other of new Set([...others, ...ends]))
    if (other !== key) context.arrived(waitKey.request(other));
}

/** The first and the last of the requests that have one audit id, in the order of their keys: nearly always one and the same. */
export function auditIdEnds(
  ledger: Pick<Ledger, "apiRequests">,
  { cluster, auditId }: Pick<KubernetesFacts, "cluster" | "auditId">,
): readonly ApiRequestDocument[] {
  const from = prefixOf(cluster, auditId);
  const [first, second] = ledger.apiRequests.range(from, from + BEHIND, 2);
  if (first === undefined) return [];
  if (second === undefined) return [first, first];
  return [first, ledger.apiRequests.edge("last", from, from + BEHIND) ?? second];
}

/** The verdict of the last stage that was judged; null where none was. */
export function answerOf({ verdicts }: Pick<ApiRequestDocument, "verdicts">): Verdict | null {
  for (const stage of LAST_FIRST) {
    const verdict = verdicts[stage];
    if (verdict !== undefined) return verdict;
  }
  return null;
}

const LAST_FIRST = ["ResponseComplete", "Panic", "ResponseStarted"];

/** The times that a join with this one may reach. */
export function around(at: Micros, skew: Micros): { readonly from: Micros; readonly to: Micros } {
  return { from: at - skew, to: at + skew };
}
