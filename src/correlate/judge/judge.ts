import type { Verdict } from "../../model/generated/audit-event.ts";
import type { VendorRole } from "../../model/policy.ts";
import type { Method } from "../../model/verdict.ts";
import type { VendorAction } from "../attribute/action.ts";
import { fitting } from "../attribute/window.ts";
import { type Trace, verdictOf } from "../decision.ts";
import { isOpenAt, type TimedGrant, type Transition, transitionAt } from "../grants/derive.ts";
import { isBoundElsewhere } from "../grants/resources.ts";
import { permits } from "./permits.ts";

/**
 * The coverage by grants that are open, or may be (C7): those that are open decide where they cover it; else nobody can say, and all of
 * them are named.
 */
export function judgeOpen(
  action: VendorAction,
  candidates: { readonly method: Method; readonly open: readonly TimedGrant[] },
  trace: Trace,
): Verdict {
  const { method, open: all } = candidates;
  const open = all.filter((timed) => isOpenAt(timed, action.judgedAt));
  if (open.length === all.length) return judgeCertain(action, candidates, trace);
  const certain = open.length === 0 ? null : judgeCertain(action, { method, open }, undefined);
  if (certain?.coverage === "covered") return judgeCertain(action, { method, open }, trace);
  const grants = idsOf(all);
  const ended = all.filter((timed) => !open.includes(timed));
  trace?.push({
    rule: "C7",
    says: `between the last snapshot with and the first without ${idsOf(ended).join(", ")}`,
  });
  return verdictOf("ambiguous", { method, grants });
}

/** The coverage by grants that are open: M6, C3. */
function judgeCertain(
  action: VendorAction,
  candidates: { readonly method: Method; readonly open: readonly TimedGrant[] },
  trace: Trace,
): Verdict {
  const { method, open } = candidates;
  const grants = idsOf(open);
  const persons = new Set(open.map(({ grant }) => grant.principal));
  if (action.sharedRoles.length > 0 && persons.size > 1) {
    trace?.push({ rule: "C7", says: `${persons.size} persons share "${action.principal}"` });
    return verdictOf("ambiguous", { method, grants });
  }
  if (isOutsideRole(action, open, trace)) return verdictOf("outside-role", { method, grants });
  trace?.push({ rule: "C3", says: permittedText(action, open) });
  trace?.push({ rule: "M6", says: `open at that time: ${grants.join(", ")}` });
  return verdictOf("covered", { method, grants });
}

/** C3. The server's refusal counts before what `permits` says. */
function isOutsideRole(action: VendorAction, open: readonly TimedGrant[], trace: Trace): boolean {
  if (action.request === null) return false;
  if (action.isRefused) {
    trace?.push({ rule: "C3", says: "the server refused it for want of a right" });
    return true;
  }
  const roles = open.flatMap(({ grant }) => grant.roles);
  if (permits(configured(action, roles), action.request)) return false;
  trace?.push({ rule: "C3", says: `the roles ${roles.join(", ")} do not permit it` });
  return true;
}

function permittedText({ request }: VendorAction, open: readonly TimedGrant[]): string {
  if (request === null) return "nothing was asked of Kubernetes: roles permit only what is";
  return `the roles ${open.flatMap(({ grant }) => grant.roles).join(", ")} permit it (C4)`;
}

/** Roles that the configuration does not know say nothing of what they permit. */
function configured(action: VendorAction, roles: readonly string[]): VendorRole[] {
  return roles.flatMap((role) => action.vendor.roles.get(role) ?? []);
}

/**
 * The coverage where no request is open (C6): after the latest transition among the requests for this cluster whose roles fit. An
 * open request for another cluster (G6) covers nothing and is related.
 */
export function judgeEnded(
  action: VendorAction,
  asked: { readonly method: Method; readonly requests: readonly TimedGrant[] },
  trace: Trace,
): Verdict {
  const { method, requests } = asked;
  const here = requests.filter(({ grant }) => !isBoundElsewhere(grant, action.reached));
  const latest = latestTransition(fitting(action, known(here, action)), action);
  if (latest !== null) {
    const { timed, transition } = latest;
    trace?.push({ rule: "C6", says: `request ${timed.grant.id} is ${transition.becomes}` });
    const coverage = transition.becomes === "open" ? "uncovered" : transition.becomes;
    return verdictOf(coverage, { method, related: [timed.grant.id] });
  }
  const elsewhere = requests.filter((timed) => isOpenAt(timed, action.judgedAt));
  const related = idsOf(elsewhere);
  trace?.push(
    related.length > 0
      ? { rule: "G6", says: `bound to other resources: ${related.join(", ")}` }
      : { rule: "C6", says: `"${action.principal}" has no request for this` },
  );
  return verdictOf("uncovered", { method: related.length > 0 ? method : "none", related });
}

/** Requests that were asked for by then. */
function known(requests: readonly TimedGrant[], action: VendorAction): readonly TimedGrant[] {
  return requests.filter((timed) => transitionAt(timed, action.judgedAt) !== null);
}

/** The last thing that happened to a request before the action. */
interface Latest {
  readonly timed: TimedGrant;
  readonly transition: Transition;
}

function latestTransition(requests: readonly TimedGrant[], action: VendorAction): Latest | null {
  let latest: Latest | null = null;
  for (const timed of requests) {
    const transition = transitionAt(timed, action.judgedAt);
    if (transition === null) continue;
    if (latest === null || isLater({ timed, transition }, latest)) latest = { timed, transition };
  }
  return latest;
}

/** Of two at the same time the higher id counts: any rule will do that does not look at the order of arrival. */
function isLater(a: Latest, b: Latest): boolean {
  if (a.transition.at !== b.transition.at) return a.transition.at > b.transition.at;
  return a.timed.grant.id > b.timed.grant.id;
}

function idsOf(grants: readonly TimedGrant[]): string[] {
  return grants.map(({ grant }) => grant.id).sort();
}
