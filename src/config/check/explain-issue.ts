import type { z } from "zod";
import { nearest } from "../nearest.ts";
import { FOLLOWS } from "../schema/section.ts";
import { problem, type ConfigurationPath, type Problem } from "../problem.ts";

type Issue = z.core.$ZodIssue;

const NOUNS: Readonly<Record<string, string>> = {
  string: "text",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** The problems that one issue of the schema means, in words for the person who wrote the configuration. */
export function explainIssue(
  issue: Issue,
  valueAt: (path: ConfigurationPath) => unknown,
): readonly Problem[] {
  if (issue.message === FOLLOWS) return [];
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  if (issue.code === "unrecognized_keys") return unknownKeys(path, issue.keys, issue.message);
  const value = valueAt(path);
  if (value === undefined) return [problem(path, "is missing")];
  if (value === null)
    return [problem(path, "is empty", { hint: "give it a value or leave the key out" })];
  if (issue.code === "invalid_union") return explainUnion(issue, path, valueAt);
  const message = messageOf(issue);
  const hint = hintOf(issue, value);
  return [problem(path, message, hint === null ? {} : { hint })];
}

/** `known` is the list of known keys in JSON: see schema/section.ts. */
function unknownKeys(
  path: ConfigurationPath,
  keys: readonly string[],
  known: string,
): readonly Problem[] {
  const knownKeys = JSON.parse(known) as readonly string[];
  return keys.map((key) => {
    const guess = nearest(key, knownKeys);
    const hint =
      guess === null ? `known here: ${knownKeys.join(", ")}` : `did you mean "${guess}"?`;
    return problem([...path, key], "is unknown", { hint, about: "key" });
  });
}

/** The union's own message says it, where it has one; else, of the alternatives, the one is meant whose form the value has. */
function explainUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: ConfigurationPath,
  valueAt: (path: ConfigurationPath) => unknown,
): readonly Problem[] {
  if (isOwn(issue)) return [problem(path, issue.message)];
  const meant = issue.errors.find((issues) => !issues.some(isAboutForm));
  if (meant === undefined) return [problem(path, messageOf(issue))];
  return meant.flatMap((each) =>
    explainIssue({ ...each, path: [...path, ...each.path] }, (at) => valueAt(at)),
  );
}

function isAboutForm(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code === "invalid_type";
}

function messageOf(issue: Issue): string {
  if (isOwn(issue)) return issue.message;
  if (issue.code === "invalid_type") return `must be ${NOUNS[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value")
    return `must be one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small")
    return issue.origin === "string" ? "must not be empty" : `must have at least ${issue.minimum}`;
  if (issue.code === "too_big")
    return `must have at most ${issue.maximum} ${issue.origin === "string" ? "characters" : "items"}`;
  if (issue.code === "invalid_key")
    return issue.issues[0]?.message ?? "has a key that is not allowed";
  return issue.message;
}

/** The schema's own messages continue the path's sentence; the library's do not. */
function isOwn(issue: Issue): boolean {
  return /^(must|has|is|needs) /.test(issue.message);
}

function hintOf(issue: Issue, value: unknown): string | null {
  if (issue.code === "invalid_value" && typeof value === "string") {
    const guess = nearest(value, issue.values.map(String));
    return guess === null ? null : `did you mean "${guess}"?`;
  }
  const isScalar = typeof value === "number" || typeof value === "boolean";
  if (issue.code === "invalid_type" && issue.expected === "string" && isScalar && !isOwn(issue))
    return "write it in quotes";
  return null;
}
