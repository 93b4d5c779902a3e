/** How much of a request is logged; each has what those before it have. */
export const LEVELS = ["None", "Metadata", "Request", "RequestResponse"] as const;
export type Level = (typeof LEVELS)[number];

export const STAGES = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"] as const;
export type Stage = (typeof STAGES)[number];

/** A Kubernetes audit policy (audit.k8s.io/v1, `Policy`), as far as it decides what is logged. */
export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
  /** Of the policy itself; each rule's own have them too. */
  readonly omitStages: readonly Stage[];
  /** Line of its `omitStages`; null where there is none. */
  readonly omitStagesLine: number | null;
}

/** Empty lists stand for everything. */
export interface AuditRule {
  /** From 1, as people count. */
  readonly number: number;
  /** Where it begins, from 1; its dash stands two columns before. */
  readonly line: number;
  readonly column: number;
  readonly level: Level;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly GroupResources[];
  readonly namespaces: readonly string[];
  readonly nonResourceUrls: readonly string[];
  readonly omitStages: readonly Stage[];
}

export interface GroupResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/** A request as a policy sees it: before authentication is over for a 401, and before impersonation always. */
export interface PolicyRequest {
  /** Null for a failed authentication. */
  readonly user: { readonly name: string; readonly groups: readonly string[] } | null;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
}

/** Where a rule holds, beside what a request asks for; null stands for everywhere. */
export interface Scope {
  readonly namespaces: readonly string[] | null;
  readonly names: readonly string[] | null;
}

/** The scope in which a rule matches a request for a resource; null where it matches nowhere. */
export function scopeOf(rule: AuditRule, request: PolicyRequest): Scope | null {
  const { user } = request;
  const { users, userGroups, verbs, resources, namespaces, nonResourceUrls } = rule;
  if (users.length > 0 && (user === null || !users.includes(user.name))) return null;
  if (userGroups.length > 0 && !user?.groups.some((group) => userGroups.includes(group)))
    return null;
  if (verbs.length > 0 && !verbs.includes(request.verb)) return null;
  const isOfPaths = nonResourceUrls.length > 0 && namespaces.length + resources.length === 0;
  if (isOfPaths) return null;
  const inNamespaces = namespaces.length > 0 ? namespaces : null;
  if (resources.length === 0) return { namespaces: inNamespaces, names: null };
  const matching = resources.filter((of) => matches(of, request));
  if (matching.length === 0) return null;
  const isOfAll = matching.some((of) => of.resourceNames.length === 0 || of.resources.length === 0);
  const names = isOfAll ? null : matching.flatMap((of) => of.resourceNames);
  return { namespaces: inNamespaces, names };
}

/** A subresource must be named: `pods` is not `pods/exec`. */
function matches(of: GroupResources, { group, resource, subresource }: PolicyRequest): boolean {
  if (of.group !== group) return false;
  if (of.resources.length === 0) return true;
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  return of.resources.some(
    (pattern) =>
      pattern === "*" ||
      pattern === whole ||
      (subresource !== "" && pattern === `*/${subresource}`) ||
      pattern === `${resource}/*`,
  );
}
