import {
  type AuditPolicy,
  type AuditRule,
  LEVELS,
  type PolicyRequest,
  type Scope,
  scopeOf,
  type Stage,
} from "./audit-policy.ts";
import type { Identity } from "./identities.ts";
import { FAILED_AUTHENTICATION, type Probe, PROBES } from "./probes.ts";

/** What is missing of an action: all of it, its body, or one of its stages. */
export type Lack = "hidden" | "without body" | "stage omitted";

/** An action of somebody that the log does not have, or not as it is needed. */
export interface PolicyProblem {
  readonly probe: Probe;
  /** Null for a failed authentication, which is nobody's. */
  readonly identity: Identity | null;
  readonly lack: Lack;
  /** The rule that decides; null where none matches, and nothing is logged. */
  readonly rule: AuditRule | null;
  /** Needed stages that are not logged. */
  readonly stages: readonly Stage[];
  /** Namespaces and names that it is about; null for all that no earlier rule decides. */
  readonly scope: Scope;
}

const EVERYWHERE: Scope = Object.freeze({ namespaces: null, names: null });
/** The user is unknown at that time. */
const NOBODY: Pick<PolicyRequest, "user"> = Object.freeze({ user: null });

/** What the policy hides of what these people may do, and of failed authentications. The first rule that matches decides. */
export function lintPolicy(
  policy: AuditPolicy,
  identities: readonly Identity[],
): readonly PolicyProblem[] {
  return [
    ...PROBES.flatMap((probe) =>
      identities.flatMap((identity) => problemsOf(policy, probe, identity)),
    ),
    ...problemsOf(policy, FAILED_AUTHENTICATION, null),
  ];
}

/**
 * A rule of some namespaces or names decides there, and what it leaves over goes on to the next. What an earlier rule decided in a
 * namespace is not asked again.
 */
function problemsOf(
  policy: AuditPolicy,
  probe: Probe,
  identity: Identity | null,
): readonly PolicyProblem[] {
  const { verb, group, resource, subresource } = probe;
  const request = { ...(identity ?? NOBODY), verb, group, resource, subresource };
  const problems: PolicyProblem[] = [];
  const decided = new Set<string>();
  for (const rule of policy.rules) {
    const found = scopeOf(rule, request);
    const scope = found === null ? null : leftOf(found, { probe, decided });
    if (scope === null) continue;
    const problem = problemOf(policy, rule, probe);
    if (problem !== null) problems.push({ ...problem, probe, identity, rule, scope });
    if (scope.namespaces === null && scope.names === null) return problems;
    if (scope.names === null) for (const name of scope.namespaces ?? []) decided.add(name);
  }
  return [
    ...problems,
    { probe, identity, lack: "hidden", rule: null, stages: [], scope: EVERYWHERE },
  ];
}

interface Left {
  readonly probe: Probe;
  readonly decided: ReadonlySet<string>;
}

/** What of a rule's scope the probe can be in, and no earlier rule has decided; null for nothing. */
function leftOf({ namespaces, names }: Scope, { probe, decided }: Left): Scope | null {
  // A request without a name, such as a list, is in no rule of names.
  const isNamed = probe.verb !== "list" && probe.verb !== "create" && probe.verb !== "watch";
  if (names !== null && !isNamed) return null;
  if (namespaces === null) return { namespaces, names };
  // Of what has no namespace the name is empty, and nothing is left of the rule's other namespaces.
  if (!probe.isNamespaced) return namespaces.includes("") ? { namespaces: null, names } : null;
  const left = namespaces.filter((name) => name !== "" && !decided.has(name));
  return left.length === 0 ? null : { namespaces: left, names };
}

function problemOf(
  policy: AuditPolicy,
  rule: AuditRule,
  probe: Probe,
): Pick<PolicyProblem, "lack" | "stages"> | null {
  const omitted = new Set([...policy.omitStages, ...rule.omitStages]);
  const stages = probe.stages.filter((stage) => omitted.has(stage));
  if (rule.level === "None") return { lack: "hidden", stages: [] };
  if (stages.length === probe.stages.length) return { lack: "hidden", stages };
  if (stages.length > 0) return { lack: "stage omitted", stages };
  const isBodyLogged = LEVELS.indexOf(rule.level) >= LEVELS.indexOf(probe.level);
  return isBodyLogged ? null : { lack: "without body", stages };
}
