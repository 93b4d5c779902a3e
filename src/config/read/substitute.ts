import { problem, type ConfigurationPath, type Problem } from "../problem.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${` stands for `${` itself. */
const REFERENCE = /\$\$\{|\$\{([^}]*)\}?/g;

export interface Substituted {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Puts environment variables in the place of `${NAME}`, in every scalar that is text. It works on parsed values and not on the
 * text of the file, so that what a variable holds is never read as YAML.
 */
export function substitute(tree: unknown, environment: Environment): Substituted {
  const problems: Problem[] = [];

  function visit(value: unknown, path: ConfigurationPath): unknown {
    if (typeof value === "string") return inText(value, path);
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]),
    );
  }

  function inText(text: string, path: ConfigurationPath): string {
    return text.replace(REFERENCE, (reference: string, name: string | undefined) => {
      if (reference === "$${") return "${";
      const variable = name ?? "";
      const isWhole = reference.endsWith("}") && /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable);
      const isKnown = isWhole && Object.hasOwn(environment, variable);
      const value = isKnown ? environment[variable] : undefined;
      if (value !== undefined) return value;
      problems.push(
        isWhole
          ? problem(path, `needs the environment variable ${variable}, which is not set`)
          : problem(path, `has a reference that names no environment variable: "${reference}"`, {
              hint: "write ${NAME}, or $${ for the characters themselves",
            }),
      );
      return reference;
    });
  }

  return { value: visit(tree, []), problems };
}

/** Whether the text, as it stands in the file, takes something from the environment. */
export function hasReference(text: string): boolean {
  return [...text.matchAll(REFERENCE)].some((match) => match[0] !== "$${");
}
