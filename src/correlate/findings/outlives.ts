import type { KubernetesFacts } from "../../model/facts.ts";
import type { Micros } from "../../model/time.ts";
import type { Settled } from "../decision.ts";
import { isPerhapsOpenAt } from "../grants/derive.ts";
import type { Grants } from "../grants/grants.ts";
import { requestKey } from "../hold/wait.ts";
import { findingAbout } from "./about.ts";
import type { Finding } from "./finding.ts";

/** Requests that go on for as long as the client wants. */
const LONG_VERBS = new Set(["watch", "proxy"]);
const LONG_SUBRESOURCES = new Set(["exec", "attach", "portforward", "proxy", "log"]);
const LAST_STAGES = new Set(["ResponseComplete", "Panic"]);
const INSIDE = new Set<string>(["covered", "outside-role"]);

/** What may go on after its grant: when it was over, and what makes its finding one. */
export interface LongAction {
  readonly endedAt: Micros;
  readonly identity: readonly string[];
}

/**
 * The end of a session, exec or watch; null for everything else. What goes through Kubernetes stands in two logs, and its request's own
 * event counts: Teleport's record of a session in a pod is none.
 */
export function longActionOf({ facts }: Settled): LongAction | null {
  if (facts.dialect === "kubernetes-audit") {
    if (!LAST_STAGES.has(facts.stage) || facts.stageAt === null || !isLong(facts)) return null;
    return { endedAt: facts.stageAt, identity: [requestKey(facts)] };
  }
  if (facts.dialect !== "teleport" || facts.event !== "session.end" || facts.isRecorded)
    return null;
  if (facts.sessionId === null || facts.protocol === "kube" || facts.kubernetesCluster !== null)
    return null;
  return { endedAt: facts.time, identity: [facts.cluster, facts.sessionId] };
}

function isLong({ verb, object }: KubernetesFacts): boolean {
  return LONG_VERBS.has(verb) || LONG_SUBRESOURCES.has(object?.subresource ?? "");
}

/** C1: it is covered, since it was received inside the window, and went on when none of the grants that cover it was open any more. */
export function outlivesGrant(
  settled: Settled,
  action: LongAction,
  grants: Grants,
): Finding | null {
  const { facts, decision } = settled;
  const { verdict, vendor } = decision;
  if (vendor === null || !INSIDE.has(verdict.coverage) || verdict.grants.length === 0) return null;
  const cluster = facts.dialect === "kubernetes-audit" ? facts.cluster : null;
  // What ends with its grant does not outlive it.
  const last = action.endedAt - 1;
  const isOver = verdict.grants.every((id) => {
    const timed = grants.byId(id, cluster);
    return timed !== null && !isPerhapsOpenAt(timed, last);
  });
  if (!isOver) return null;
  return findingAbout(settled, {
    rule: "session-outlives-grant",
    severity: "medium",
    identity: action.identity,
  });
}
