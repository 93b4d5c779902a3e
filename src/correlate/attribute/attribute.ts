import type { Verdict } from "../../model/generated/audit-event.ts";
import type { Method } from "../../model/verdict.ts";
import { judgeEnded, judgeOpen } from "../judge/judge.ts";
import { type Decision, type Trace, verdictOf } from "../decision.ts";
import { isOpenAt, type TimedGrant } from "../grants/derive.ts";
import type { Grants } from "../grants/grants.ts";
import { isBoundElsewhere } from "../grants/resources.ts";
import type { VendorAction } from "./action.ts";
import { tellCandidates, tellNarrowed } from "../trace/candidates.ts";
import { tellMethods } from "../trace/methods.ts";
import { openOnes, openWindow, requestsOf } from "./window.ts";

/**
 * The verdict of a vendor's action: the first method that applies (M1–M5), the standing roles before M5 and C6 (C5), and the
 * coverage.
 */
export function attribute(action: VendorAction, grants: Grants, trace: Trace): Decision {
  if (trace !== undefined) tellMethods(action, trace);
  const { verdict, isSettled } =
    action.named.length > 0
      ? byNamedIds(action, grants, trace)
      : (byStandingRole(action, trace) ?? byWindow(action, grants, trace));
  const { vendor, principal, skewMs } = action;
  const isJoined = skewMs !== null && verdict.method !== "none";
  const seen = new Set([...verdict.grants, ...verdict.related]);
  const unseen = action.named.filter((id) => !seen.has(id));
  return {
    vendor: vendor.name,
    principal,
    verdict: isJoined ? { ...verdict, skewMs } : verdict,
    ...(unseen.length > 0 ? { unseen } : {}),
    isSettled,
  };
}

interface Attributed {
  readonly verdict: Verdict;
  readonly isSettled: boolean;
}

/** Where ids come from, in words. */
const NAMING: Readonly<Record<VendorAction["namedBy"], { rule: string; what: string }>> = {
  named: { rule: "M1", what: "the event lists" },
  session: { rule: "M2", what: "the session lists" },
  credential: { rule: "M3", what: "the event that made the credential had" },
  proxied: { rule: "M4", what: "Teleport's nearest record of the request lists" },
};

/** M1–M4: only the ids that were named are candidates, also for C6. A request permits nothing to anybody but who asked. */
function byNamedIds(action: VendorAction, grants: Grants, trace: Trace): Attributed {
  const { named, namedBy, judgedAt } = action;
  trace?.push({
    rule: NAMING[namedBy].rule,
    says: `${NAMING[namedBy].what} ${named.join(", ")}`,
  });
  const known = named
    .flatMap((id) => grants.byId(id, action.cluster) ?? [])
    .filter((timed) => !isRequestRead(timed) || action.persons.includes(timed.grant.principal));
  if (trace !== undefined) tellCandidates(action, known, trace);
  const open = known.filter(
    (timed) => isOpenAt(timed, judgedAt) && !isBoundElsewhere(timed.grant, action.reached),
  );
  if (open.length > 0) {
    // A decision can be read before the request that it is about: then its roles are not known.
    const areAllKnown = open.length === named.length && open.every(isRequestRead);
    const isSettled = areAllKnown && !action.isSessionAwaited && action.isNear;
    return { verdict: judgeOpen(action, { method: namedBy, open }, trace), isSettled };
  }
  const verdict = judgeEnded(action, { method: namedBy, requests: known }, trace);
  if (verdict.related.length > 0) return { verdict, isSettled: false };
  trace?.push({ rule: "C6", says: "no record of these requests is known" });
  const related = [...named].sort();
  return { verdict: { ...verdict, method: namedBy, related }, isSettled: false };
}

/** Only the record of its creation says whose a request is and what it asks for. */
function isRequestRead({ grant }: TimedGrant): boolean {
  return grant.principal !== "";
}

/** C5: null where it does not apply. */
function byStandingRole(action: VendorAction, trace: Trace): Attributed | null {
  if (action.isOnlyStanding)
    trace?.push({ rule: "C5", says: "it carries groups of standing roles alone" });
  else if (action.isOnRootCluster)
    trace?.push({ rule: "C5", says: "on a root cluster, without any request's id" });
  else {
    trace?.push({ rule: "C5", says: "not by standing roles alone, nor on a root cluster" });
    return null;
  }
  return { verdict: verdictOf("standing"), isSettled: !action.isSessionAwaited };
}

/** M5. Any request that comes to light may change it: it waits for the watermark. */
function byWindow(action: VendorAction, grants: Grants, trace: Trace): Attributed {
  const requests = requestsOf(action, grants);
  trace?.push({ rule: "M5", says: `${requests.length} requests of "${action.principal}"` });
  const open = openWindow(action, requests);
  if (trace !== undefined) {
    tellCandidates(action, requests, trace);
    tellNarrowed(action, { open: openOnes(action, requests), left: open }, trace);
  }
  const method = methodOf(open.length > 0 ? open : requests);
  const verdict =
    open.length > 0
      ? judgeOpen(action, { method, open }, trace)
      : judgeEnded(action, { method, requests }, trace);
  return { verdict, isSettled: false };
}

/** G5: what follows from recorded approvals alone is no better known than they are. */
function methodOf(candidates: readonly TimedGrant[]): Method {
  const areRecorded = candidates.every(({ grant }) => grant.kind === "out-of-band");
  return areRecorded ? "recorded" : "window";
}
