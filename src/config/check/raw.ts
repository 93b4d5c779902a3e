import type { ConfigurationPath } from "../problem.ts";

/** Looks at what a file says without believing any of it: the checks across sections also run where the schema found problems. */
export function valueAt(tree: unknown, path: ConfigurationPath): unknown {
  let value = tree;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return value;
}

/** A text at a path; null where there is none, or something else. */
export function textAt(tree: unknown, path: ConfigurationPath): string | null {
  const value = valueAt(tree, path);
  return typeof value === "string" && value !== "" ? value : null;
}

/** Paths of the items of a list; none where there is no list. */
export function itemPaths(tree: unknown, path: ConfigurationPath): readonly ConfigurationPath[] {
  const value = valueAt(tree, path);
  return Array.isArray(value) ? value.map((_, index) => [...path, index]) : [];
}

/** Paths and texts of a list of texts. */
export function textsAt(
  tree: unknown,
  path: ConfigurationPath,
): readonly { readonly path: ConfigurationPath; readonly text: string }[] {
  return itemPaths(tree, path).flatMap((item) => {
    const text = textAt(tree, item);
    return text === null ? [] : [{ path: item, text }];
  });
}
