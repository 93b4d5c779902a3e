import type { AuditPolicy } from "./audit-policy.ts";
import type { PolicyProblem } from "./lint.ts";
import { PROBES } from "./probes.ts";

/** Lines of YAML to put into the policy. */
export interface Insertion {
  /** They go before this line, from 1; null for the end of the rules. */
  readonly beforeLine: number | null;
  readonly lines: readonly string[];
}

/** A change to what stands there. */
export interface Edit {
  readonly line: number;
  readonly says: string;
}

/** What shows everything that is hidden: rules that come first, since the first that matches decides. */
export interface Remedy {
  readonly insertions: readonly Insertion[];
  readonly edits: readonly Edit[];
}

export function remedyOf(policy: AuditPolicy, problems: readonly PolicyProblem[]): Remedy {
  const first = policy.rules[0];
  const ofPeople = problems.filter(({ identity }) => identity !== null);
  const indent = " ".repeat(Math.max(0, (first?.column ?? 3) - 3));
  const lines = newRules(ofPeople.filter((problem) => !isOfPolicyStages(policy, problem))).map(
    (line) => `${indent}${line}`,
  );
  const insertions: Insertion[] =
    lines.length === 0 ? [] : [{ beforeLine: first?.line ?? null, lines }];
  const isCatchAllMissing = problems.some(
    ({ identity, rule }) => identity === null && rule === null,
  );
  if (isCatchAllMissing)
    insertions.push({ beforeLine: null, lines: [`${indent}- level: Metadata`] });
  return { insertions, edits: editsOf(policy, problems) };
}

/** A rule that is inserted has the policy's own omitted stages too. */
function isOfPolicyStages(policy: AuditPolicy, { stages }: PolicyProblem): boolean {
  return stages.length > 0 && stages.every((stage) => policy.omitStages.includes(stage));
}

/** Rules for everybody where somebody cannot be picked out; else those for names and those for groups. */
function newRules(problems: readonly PolicyProblem[]): readonly string[] {
  const isForEverybody = problems.some(({ identity }) => isEmpty(identity?.pickedBy ?? {}));
  if (isForEverybody) return rulesOf(problems, []);
  return (["users", "userGroups"] as const).flatMap((key) => {
    const own = problems.filter(({ identity }) => identity?.pickedBy[key] !== undefined);
    const names = own.flatMap(({ identity }) => identity?.pickedBy[key] ?? []);
    return rulesOf(own, [`  ${key}: ${listText(names.sort())}`]);
  });
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}

/**
 * Bodies first, then the rest: of one resource some verbs may need the body, and others must not have it. Each has the verbs of all its
 * resources, so that there are two rules and not twenty; secrets and tokens never need a body, so none is logged.
 */
function rulesOf(problems: readonly PolicyProblem[], who: readonly string[]): readonly string[] {
  const lacking = problems.map(({ probe }) => probe);
  const bare = lacking.filter(({ level }) => level === "Metadata");
  // What the second rule would take the body from, though a later rule of the policy logs it.
  const shadowed = PROBES.filter(
    (probe) =>
      probe.level === "Request" &&
      bare.some(({ verb }) => verb === probe.verb) &&
      bare.some((other) => other.group === probe.group && pathOf(other) === pathOf(probe)),
  );
  return (["Request", "Metadata"] as const).flatMap((level) => {
    const own = [...lacking, ...shadowed].filter((probe) => probe.level === level);
    if (own.length === 0) return [];
    const groups = new Set(own.map(({ group }) => group));
    return [
      `- level: ${level}`,
      ...who,
      `  verbs: ${listText(own.map(({ verb }) => verb).sort())}`,
      "  resources:",
      ...[...groups].flatMap((group) => [
        `    - group: ${JSON.stringify(group)}`,
        `      resources: ${listText(own.filter((probe) => probe.group === group).map(pathOf))}`,
      ]),
    ];
  });
}

function pathOf({ resource, subresource }: PolicyProblem["probe"]): string {
  return subresource === "" ? resource : `${resource}/${subresource}`;
}

/** Each once. JSON is YAML. */
function listText(items: readonly string[]): string {
  return `[${[...new Set(items)].map((item) => JSON.stringify(item)).join(", ")}]`;
}

/** What no inserted rule can mend: stages that the whole policy omits, and rules that catch requests of which no user is known. */
function editsOf(policy: AuditPolicy, problems: readonly PolicyProblem[]): readonly Edit[] {
  const edits: Edit[] = [];
  const ofPolicy = problems.flatMap(({ probe }) =>
    probe.stages.filter((stage) => policy.omitStages.includes(stage)),
  );
  for (const stage of new Set(ofPolicy))
    edits.push({ line: policy.omitStagesLine ?? 1, says: `take ${stage} out of omitStages` });
  for (const { identity, rule, stages } of problems) {
    if (identity !== null || rule === null) continue;
    if (stages.length === 0)
      edits.push({ line: rule.line, says: 'add userGroups: ["system:authenticated"] to the rule' });
    else if (rule.omitStages.length > 0)
      edits.push({
        line: rule.line,
        says: `take ${stages.join(", ")} out of the rule's omitStages`,
      });
  }
  return edits;
}
