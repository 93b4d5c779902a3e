import { STREAMS } from "../../model/stream.ts";
import { nearest } from "../nearest.ts";
import { pathText, problem, type ConfigurationPath, type Problem } from "../problem.ts";
import { itemPaths, textAt } from "./raw.ts";

/** Names that must be unique, and names that must be somebody's. */
export function checkNames(tree: unknown): readonly Problem[] {
  const vendors = itemPaths(tree, ["vendors"]);
  return [
    ...unique(tree, vendors, ["name"]),
    ...vendors.flatMap((vendor) => unique(tree, itemPaths(tree, [...vendor, "roles"]), ["name"])),
    ...unique(tree, itemPaths(tree, ["sources"]), ["name"]),
    ...unique(tree, itemPaths(tree, ["relay", "endpoints"]), ["ref", "slug"]),
    ...unique(tree, itemPaths(tree, ["relay", "pipelines"]), ["ref", "slug"]),
    ...checkPipelines(tree),
    ...checkSpeaking(tree),
  ];
}

function checkSpeaking(tree: unknown): readonly Problem[] {
  const names = itemPaths(tree, ["sources"]).flatMap(
    (item) => textAt(tree, [...item, "name"]) ?? [],
  );
  return itemPaths(tree, ["silence", "speaking"]).flatMap((item) => {
    const name = textAt(tree, item);
    return name === null ? [] : known(item, name, { what: "source", names });
  });
}

function unique(
  tree: unknown,
  items: readonly ConfigurationPath[],
  key: ConfigurationPath,
): readonly Problem[] {
  const seen = new Map<string, ConfigurationPath>();
  return items.flatMap((item) => {
    const path = [...item, ...key];
    const name = textAt(tree, path);
    if (name === null) return [];
    const first = seen.get(name);
    seen.set(name, first ?? path);
    return first === undefined ? [] : [problem(path, `is the same as ${pathText(first)}`)];
  });
}

function checkPipelines(tree: unknown): readonly Problem[] {
  const endpoints = itemPaths(tree, ["relay", "endpoints"]).flatMap(
    (item) => textAt(tree, [...item, "ref", "slug"]) ?? [],
  );
  const links = new Map<string, ConfigurationPath>();
  return itemPaths(tree, ["relay", "pipelines"]).flatMap((item) => {
    const sourcePath = [...item, "spec", "source", "slug"];
    const destinationPath = [...item, "spec", "destination", "slug"];
    const stream = textAt(tree, sourcePath);
    const endpoint = textAt(tree, destinationPath);
    const link = JSON.stringify([stream, endpoint]);
    const first = links.get(link);
    links.set(link, first ?? item);
    return [
      ...(endpoint === null
        ? []
        : known(destinationPath, endpoint, { what: "endpoint", names: endpoints })),
      ...(stream === null ? [] : known(sourcePath, stream, { what: "stream", names: STREAMS })),
      ...(first === undefined || stream === null || endpoint === null
        ? []
        : [problem(item, `links the same stream and endpoint as ${pathText(first)}`)]),
    ];
  });
}

function known(
  path: ConfigurationPath,
  name: string,
  { what, names }: { readonly what: string; readonly names: readonly string[] },
): readonly Problem[] {
  if (names.includes(name)) return [];
  const guess = nearest(name, names);
  const hint =
    guess === null
      ? `there is ${names.length === 0 ? "none" : names.join(", ")}`
      : `did you mean "${guess}"?`;
  return [problem(path, `must name an existing ${what}`, { hint })];
}
