import { normalize, sep } from "node:path";

/** One step of a pattern: a fixed name, any number of folders, or names of a form. */
export type GlobStep =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "folders" }
  | { readonly kind: "form"; readonly form: RegExp };

/** Alternatives of braces that one pattern may stand for. */
const ALTERNATIVES_MAX = 256;

/**
 * The steps of an absolute glob pattern, once for each alternative of its braces. `*` and `?` stay within one name and do not
 * match a leading dot, `[a-z]` and `[!a-z]` match one character, `**` alone in its place matches any number of folders (links
 * to folders and hidden folders left out; at the end: the files in them), a backslash takes the next character as it is.
 */
export function compileGlob(pattern: string): readonly (readonly GlobStep[])[] {
  return expandBraces(pattern).map((alternative) =>
    normalize(alternative)
      .split(sep)
      .filter((name) => name !== "")
      .flatMap((name, index, names) =>
        name === "**" && index === names.length - 1 ? ["**", "*"] : [name],
      )
      .map(compileStep),
  );
}

/** Whether the path is one that the pattern's steps lead to. */
export function isPathOf(steps: readonly GlobStep[], path: string): boolean {
  return leadsTo(
    steps,
    path.split(sep).filter((name) => name !== ""),
  );
}

function leadsTo(steps: readonly GlobStep[], names: readonly string[]): boolean {
  const [step, ...rest] = steps;
  if (step === undefined) return names.length === 0;
  if (step.kind === "folders" && leadsTo(rest, names)) return true;
  const [name, ...others] = names;
  if (name === undefined) return false;
  if (step.kind === "folders") return !name.startsWith(".") && leadsTo(steps, others);
  return isNameOf(step, name) && leadsTo(rest, others);
}

export function isNameOf(step: Exclude<GlobStep, { kind: "folders" }>, name: string): boolean {
  return step.kind === "name" ? step.name === name : step.form.test(name);
}

function compileStep(text: string): GlobStep {
  if (text === "**") return { kind: "folders" };
  const unescaped = text.replace(/\\(.)/gsu, "$1");
  if (!/[*?[]/.test(text.replace(/\\./gsu, ""))) return { kind: "name", name: unescaped };
  const tokens = text.match(/\\.|\*+|\?|\[[^\]]+\]|[^]/gu) ?? [];
  const hidden = text.startsWith(".") ? "" : "(?!\\.)";
  try {
    return { kind: "form", form: new RegExp(`^${hidden}${tokens.map(formOf).join("")}$`, "u") };
  } catch (cause) {
    throw new RangeError(`Cannot use "${text}" in a pattern`, { cause });
  }
}

function formOf(token: string): string {
  if (token.startsWith("*")) return "[^/]*";
  if (token === "?") return "[^/]";
  if (token.startsWith("[") && token.length > 1) {
    const inside = token.slice(1, -1).replace(/[\\\]^]/g, "\\$&");
    return inside.startsWith("!") ? `[^${inside.slice(1)}]` : `[${inside}]`;
  }
  const letter = token.length > 1 && token.startsWith("\\") ? token.slice(1) : token;
  return letter.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function expandBraces(pattern: string): readonly string[] {
  const whole: string[] = [];
  const open = [pattern];
  while (open.length > 0) {
    const next = open.shift() ?? "";
    const braces = /(?<!\\)\{([^{}]*,[^{}]*)\}/.exec(next);
    if (braces === null) {
      whole.push(next);
      continue;
    }
    const before = next.slice(0, braces.index);
    const after = next.slice(braces.index + braces[0].length);
    for (const choice of (braces[1] ?? "").split(",")) open.push(`${before}${choice}${after}`);
    if (whole.length + open.length > ALTERNATIVES_MAX)
      throw new RangeError(
        `Cannot use the pattern "${pattern}": more than ${ALTERNATIVES_MAX} alternatives`,
      );
  }
  return whole;
}
