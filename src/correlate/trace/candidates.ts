import { formatTime, type Micros } from "../../model/time.ts";
import type { VendorAction } from "../attribute/action.ts";
import type { Step } from "../decision.ts";
import { isPerhapsOpenAt, isOpenAt, type TimedGrant, transitionAt } from "../grants/derive.ts";
import { isBoundElsewhere } from "../grants/resources.ts";

/** Grants that are told one by one; the rest is counted. */
const TOLD_MAX = 20;

/** Says of every candidate when it was open, and whether and why it counts then (G1–G6); those nearest to the time first. */
export function tellCandidates(
  action: VendorAction,
  candidates: readonly TimedGrant[],
  trace: Step[],
): void {
  const { judgedAt: at } = action;
  const byNearness = candidates.toSorted((a, b) => distance(a, at) - distance(b, at));
  for (const timed of byNearness.slice(0, TOLD_MAX)) trace.push(stepOf(action, timed));
  const left = candidates.length - TOLD_MAX;
  if (left > 0) trace.push({ rule: "G2", says: `${left} more, farther away in time` });
}

/** Says which candidates the groups or the login leave (M5); nothing where they leave all. */
export function tellNarrowed(
  action: VendorAction,
  grants: { readonly open: readonly TimedGrant[]; readonly left: readonly TimedGrant[] },
  trace: Step[],
): void {
  if (grants.left.length === grants.open.length) return;
  const { login, groups } = action;
  const by = login === null ? `the groups ${groups.join(", ")}` : `the login "${login}"`;
  const ids = grants.left.map(({ grant }) => grant.id).join(", ");
  trace.push({ rule: "M5", says: `${by} leave ${ids}` });
}

function stepOf({ judgedAt: at, reached }: VendorAction, timed: TimedGrant): Step {
  const { grant } = timed;
  const roles = grant.roles.join(", ") || "no role";
  const what = `${grant.id} of "${grant.principal}" (${roles}), ${windowsOf(timed)}`;
  if (isPerhapsOpenAt(timed, at) && isBoundElsewhere(grant, reached))
    return { rule: "G6", says: `${what}: open then, but bound to ${resourcesOf(timed)}` };
  if (isOpenAt(timed, at)) return { rule: "G2", says: `${what}: open then` };
  return { rule: ruleOf(timed, at), says: `${what}: ${whyNotOpen(timed, at)}` };
}

function windowsOf({ grant }: TimedGrant): string {
  const windows = grant.intervals.map(
    ({ from, until }) => `${formatTime(from)} – ${until === null ? "" : formatTime(until)}`,
  );
  return windows.length === 0 ? "never open" : `open ${windows.join(" and ")}`;
}

function resourcesOf({ grant }: TimedGrant): string {
  return grant.resources.map(({ kind, name }) => `${kind} ${name}`).join(", ");
}

function ruleOf(timed: TimedGrant, at: Micros): string {
  return RULES[transitionAt(timed, at)?.becomes ?? ""] ?? "G2";
}

/** The rule by which a grant is what it has become. */
const RULES: Readonly<Record<string, string>> = {
  denied: "G1",
  "before-approval": "G1",
  "after-revocation": "G3",
  ambiguous: "G4",
};

function whyNotOpen(timed: TimedGrant, at: Micros): string {
  const transition = transitionAt(timed, at);
  if (transition === null) return "not asked for yet";
  const { at: since, becomes } = transition;
  const cause = becomes === "after-revocation" ? endCauseAt(timed, since) : "";
  return `${WORDS[becomes] ?? becomes}, ${cause}since ${formatTime(since)}`;
}

const WORDS: Readonly<Record<string, string>> = {
  denied: "denied",
  "before-approval": "not open yet",
  "after-revocation": "ended early",
  "after-expiry": "over",
  ambiguous: "it ended at a time that no snapshot tells",
};

function endCauseAt({ grant }: TimedGrant, at: Micros): string {
  const cause = grant.intervals.find(({ until }) => until === at)?.endCause ?? null;
  return cause === null ? "" : `${cause}, `;
}

/** From the time to the nearest window, or to what happened to the grant. */
function distance({ transitions }: TimedGrant, at: Micros): number {
  return transitions.reduce((least, each) => Math.min(least, Math.abs(each.at - at)), Infinity);
}
