import { ChaperoneError } from "../model/error.ts";

/** Keys and list indexes from the top of the configuration to a value. */
export type ConfigurationPath = readonly (string | number)[];

/** One thing that is wrong with a configuration. */
export interface Problem {
  readonly path: ConfigurationPath;
  /** What is wrong, as the rest of a sentence that begins with the path: "must be text". */
  readonly message: string;
  /** What to do about it; null where the message says it. */
  readonly hint: string | null;
  /** `key` where the key itself is wrong and not its value: its value is then nobody's business. */
  readonly about: "value" | "key";
}

export function problem(
  path: ConfigurationPath,
  message: string,
  options: { readonly hint?: string; readonly about?: "value" | "key" } = {},
): Problem {
  return { path, message, hint: options.hint ?? null, about: options.about ?? "value" };
}

/** A problem with its place in the file and the value that stands there, fit to be shown: secrets are masked. */
export interface LocatedProblem {
  /** As in `sources[0].name`; empty for the file as a whole. */
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly value: string | null;
  readonly hint: string | null;
}

/** Every problem of a configuration at once (CONFIG_INVALID). The message has a line for each, and the number of those that are not told. */
export class ConfigurationError extends ChaperoneError {
  readonly problems: readonly LocatedProblem[];

  constructor(file: string, problems: readonly LocatedProblem[], untold = 0) {
    const total = problems.length + untold;
    const count = total === 1 ? "1 problem" : `${total} problems`;
    const lines = problems.map((each) => `\n  ${describeProblem(each)}`);
    if (untold > 0) lines.push(`\n  and ${untold} more`);
    super("CONFIG_INVALID", `Cannot use configuration "${file}": ${count}${lines.join("")}`);
    this.name = "ConfigurationError";
    this.problems = problems;
  }
}

function describeProblem({ path, line, column, message, value, hint }: LocatedProblem): string {
  const place = line === null ? "" : `${line}:${column ?? 1} `;
  const subject = path !== "" ? `${path} ` : line === null ? "the file " : "";
  return `${place}${subject}${message}${gotText(message, value)}${hint === null ? "" : ` (${hint})`}`;
}

/** What stands there instead, in words that continue the message; nothing where that would say no more. */
function gotText(message: string, value: string | null): string {
  if (value === null || message.startsWith("must not ")) return "";
  if (message.startsWith("must be ")) return `, not ${value}`;
  if (value === "a list" || value === "a mapping") return "";
  return message.startsWith("must ") ? `, not ${value}` : `: ${value}`;
}

/** `["sources", 0, "name"]` as `sources[0].name`. */
export function pathText(path: ConfigurationPath): string {
  let text = "";
  for (const key of path)
    if (typeof key === "number") text += `[${key}]`;
    else if (/^[\w-]+$/.test(key)) text += text === "" ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  return text;
}
