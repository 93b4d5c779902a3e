import type { PolicyProblem } from "../policy-lint/lint.ts";
import type { Remedy } from "../policy-lint/remedy.ts";

/** What was asked of the policy, and what came of it. */
export interface PolicyLint {
  readonly asked: { readonly actions: number; readonly identities: readonly string[] };
  readonly problems: readonly PolicyProblem[];
  readonly remedy: Remedy;
}

/** Names that are written out; of more the number is said. */
const NAMES_MAX = 3;

/** For people: the rules that hide something, what each hides of whom, and the lines that show it. */
export function policyLintLines(file: string, lint: PolicyLint): readonly string[] {
  const { asked, problems, remedy } = lint;
  const { actions, identities } = asked;
  const of = `${actions} actions of ${identities.length} identities`;
  if (identities.length === 0)
    return [
      `The configuration names no vendor that reaches Kubernetes: "${file}" was asked for failed authentications alone`,
      ...(problems.length === 0 ? [] : rulesText(problems)),
      ...remedyText(remedy),
    ];
  if (problems.length === 0) return [`"${file}" shows everything: ${of}`];
  return [
    `"${file}" hides something, or logs it without what is needed (${of} asked)`,
    ...rulesText(problems),
    ...remedyText(remedy),
  ];
}

function rulesText(problems: readonly PolicyProblem[]): readonly string[] {
  const byRule = Map.groupBy(problems, ({ rule }) => rule);
  return [...byRule].flatMap(([rule, own]) => [
    "",
    rule === null
      ? "No rule matches, and nothing is logged:"
      : `Rule ${rule.number} (line ${rule.line}), level ${rule.level}:`,
    ...[...byPeople(own)].flatMap(([who, those]) => [`  ${who}:`, ...actionsText(those)]),
  ]);
}

/** Problems of one kind that the same people have. */
function byPeople(problems: readonly PolicyProblem[]): Map<string, PolicyProblem[]> {
  const who = new Map<string, Set<string>>();
  const key = (problem: PolicyProblem): string => `${lackText(problem)} ${problem.probe.action}`;
  for (const problem of problems) {
    const labels = who.get(key(problem)) ?? new Set<string>();
    if (problem.identity !== null) labels.add(problem.identity.label);
    who.set(key(problem), labels);
  }
  return Map.groupBy(problems, (problem) => {
    const labels = [...(who.get(key(problem)) ?? [])];
    return `${lackText(problem)}${labels.length === 0 ? "" : `, as ${someOf(labels)}`}`;
  });
}

function lackText({ lack, rule, stages, scope }: PolicyProblem): string {
  const inNamespaces = scope.namespaces === null ? "" : `, in ${someOf(scope.namespaces)}`;
  const named = scope.names === null ? "" : `, named ${someOf(scope.names)}`;
  const omitted = stages.length > 0 && rule !== null ? ` (${stages.join(", ")} omitted)` : "";
  return `${LACKS[lack]}${omitted}${inNamespaces}${named}`;
}

const LACKS: Readonly<Record<PolicyProblem["lack"], string>> = {
  hidden: "hidden",
  "without body": "logged without its body",
  "stage omitted": "logged in part",
};

function actionsText(problems: readonly PolicyProblem[]): readonly string[] {
  const byAction = Map.groupBy(problems, ({ probe }) => probe.action);
  return [...byAction].map(([action, own]) => {
    const verbs = new Set(own.map(({ probe }) => probe.verb));
    const kinds = new Set(
      own.map(({ probe: { resource, subresource } }) =>
        subresource === "" ? resource : `${resource}/${subresource}`,
      ),
    );
    return `    ${action} (${[...verbs].join(", ")} ${someOf([...kinds])}): ${own[0]?.probe.why ?? ""}`;
  });
}

function someOf(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  const shown = names.slice(0, NAMES_MAX).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function remedyText({ insertions, edits }: Remedy): readonly string[] {
  return [
    ...edits.flatMap(({ line, says }) => ["", `At line ${line} ${says}.`]),
    ...insertions.flatMap(({ beforeLine, lines }) => [
      "",
      beforeLine === null
        ? "As the last rule add:"
        : `Before line ${beforeLine}, as the first rules, insert:`,
      "",
      ...lines,
    ]),
  ];
}
