import { readYaml, type YamlTree } from "../config/read/yaml.ts";
import { pathText, type ConfigurationPath } from "../config/problem.ts";
import { ChaperoneError } from "../model/error.ts";
import {
  LEVELS,
  STAGES,
  type AuditPolicy,
  type AuditRule,
  type GroupResources,
} from "./audit-policy.ts";

const API_VERSION = "audit.k8s.io/v1";
const POLICY_KEYS = [
  "apiVersion",
  "kind",
  "metadata",
  "omitStages",
  "omitManagedFields",
  "rules",
] as const;
const RULE_KEYS = [
  "level",
  "users",
  "userGroups",
  "verbs",
  "resources",
  "namespaces",
  "nonResourceURLs",
  "omitStages",
  "omitManagedFields",
] as const;
const RESOURCE_KEYS = ["group", "resources", "resourceNames"] as const;
/** Faults that are told. */
const FAULTS_MAX = 10;

/** What is wrong, with its place. */
type Report = (path: ConfigurationPath, says: string) => void;

/** Reads an audit policy. Throws AUDIT_POLICY_INVALID with the line of everything that an API server would refuse, or read otherwise. */
export function readAuditPolicy(text: string, file: string): AuditPolicy {
  const yaml = readYaml(text);
  if ("faults" in yaml)
    throw invalid(
      file,
      yaml.faults.map(({ line, column, message }) =>
        line === undefined ? `the file ${message}` : `${line}:${column ?? 1} ${message}`,
      ),
      yaml.furtherFaults,
    );
  const { tree } = yaml;
  const faults: string[] = [];
  const report: Report = (path, says) => {
    const place = tree.placeOf(path, "value");
    const at = place === null ? "" : `${place.line}:${place.column} `;
    faults.push(`${at}${pathText(path) || "the policy"} ${says}`);
  };
  const policy = policyOf(tree, report);
  if (faults.length > 0) throw invalid(file, faults);
  return policy;
}

function invalid(file: string, faults: readonly string[], further = 0): ChaperoneError {
  const total = faults.length + further;
  const count = total === 1 ? "1 problem" : `${total} problems`;
  const lines = faults.slice(0, FAULTS_MAX).map((fault) => `\n  ${fault}`);
  if (total > lines.length) lines.push(`\n  and ${total - lines.length} more`);
  return new ChaperoneError(
    "AUDIT_POLICY_INVALID",
    `Cannot use audit policy "${file}": ${count}${lines.join("")}`,
  );
}

function policyOf(tree: YamlTree, report: Report): AuditPolicy {
  const policy = mappingOf(tree.value, { path: [], keys: POLICY_KEYS, report });
  if (policy["kind"] !== "Policy") report(["kind"], `must be "Policy"`);
  if (policy["apiVersion"] !== API_VERSION) report(["apiVersion"], `must be "${API_VERSION}"`);
  const omitStages = choicesOf(policy["omitStages"], STAGES, ["omitStages"], report);
  const rules = policy["rules"];
  if (!Array.isArray(rules) || rules.length === 0) {
    report(["rules"], "must have a rule: an API server does not start without one");
    return { rules: [], omitStages, omitStagesLine: null };
  }
  const omitStagesLine =
    omitStages.length === 0 ? null : (tree.placeOf(["omitStages"], "key")?.line ?? null);
  return {
    rules: rules.map((rule: unknown, index) => ruleOf(rule, index, { tree, report })),
    omitStages,
    omitStagesLine,
  };
}

interface Reading {
  readonly tree: YamlTree;
  readonly report: Report;
}

function ruleOf(value: unknown, index: number, { tree, report }: Reading): AuditRule {
  const path = ["rules", index];
  const rule = mappingOf(value, { path, keys: RULE_KEYS, report });
  const texts = (key: string): readonly string[] => textsOf(rule[key], [...path, key], report);
  const place = tree.placeOf(path, "value");
  const level = LEVELS.find((one) => one === rule["level"]);
  if (level === undefined) report([...path, "level"], `must be one of ${LEVELS.join(", ")}`);
  const resources = listOf(rule["resources"], [...path, "resources"], report);
  const parsed: AuditRule = {
    number: index + 1,
    line: place?.line ?? 1,
    column: place?.column ?? 1,
    level: level ?? "None",
    users: texts("users"),
    userGroups: texts("userGroups"),
    verbs: texts("verbs"),
    resources: resources.map((of, at) => resourcesOf(of, [...path, "resources", at], report)),
    namespaces: texts("namespaces"),
    nonResourceUrls: texts("nonResourceURLs"),
    omitStages: choicesOf(rule["omitStages"], STAGES, [...path, "omitStages"], report),
  };
  if (parsed.nonResourceUrls.length > 0 && parsed.resources.length + parsed.namespaces.length > 0)
    report(path, "must not have both resources or namespaces and nonResourceURLs");
  return parsed;
}

function resourcesOf(value: unknown, path: ConfigurationPath, report: Report): GroupResources {
  const of = mappingOf(value, { path, keys: RESOURCE_KEYS, report });
  const group = of["group"] ?? "";
  if (typeof group !== "string") report([...path, "group"], "must be text");
  const resources = textsOf(of["resources"], [...path, "resources"], report);
  const resourceNames = textsOf(of["resourceNames"], [...path, "resourceNames"], report);
  if (resourceNames.length > 0 && resources.length === 0)
    report([...path, "resourceNames"], "must not stand without resources");
  return { group: typeof group === "string" ? group : "", resources, resourceNames };
}

interface Expected {
  readonly path: ConfigurationPath;
  readonly keys: readonly string[];
  readonly report: Report;
}

function mappingOf(
  value: unknown,
  { path, keys, report }: Expected,
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    report(path, "must be a mapping");
    return {};
  }
  const mapping = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(mapping))
    if (!keys.includes(key)) report([...path, key], `is unknown (known here: ${keys.join(", ")})`);
  return mapping;
}

function listOf(value: unknown, path: ConfigurationPath, report: Report): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  report(path, "must be a list");
  return [];
}

function textsOf(value: unknown, path: ConfigurationPath, report: Report): readonly string[] {
  return listOf(value, path, report).filter((item, index): item is string => {
    if (typeof item === "string") return true;
    report([...path, index], "must be text");
    return false;
  });
}

function choicesOf<T extends string>(
  value: unknown,
  choices: readonly T[],
  path: ConfigurationPath,
  report: Report,
): readonly T[] {
  return listOf(value, path, report).flatMap((item, index) => {
    const choice = choices.find((one) => one === item);
    if (choice === undefined) report([...path, index], `must be one of ${choices.join(", ")}`);
    return choice ?? [];
  });
}
