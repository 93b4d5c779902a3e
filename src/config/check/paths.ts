import { matchesGlob, sep } from "node:path";
import { pathText, problem, type ConfigurationPath, type Problem } from "../problem.ts";
import { absoluteGlob, absolutePath } from "../resolve/absolute.ts";
import { itemPaths, textAt, textsAt } from "./raw.ts";

const FILE_SOURCES = ["kubernetesAuditFile", "teleportFile"];

interface Pattern {
  readonly path: ConfigurationPath;
  readonly glob: string;
  readonly exclude: readonly string[];
}

/** Files that two would write, or that Chaperone would read again after it wrote them. */
export function checkPaths(tree: unknown, folder: string): readonly Problem[] {
  const patterns = patternsOf(tree, folder);
  return [
    ...checkDataDir(tree, patterns, folder),
    ...checkFileEndpoints(tree, patterns, folder),
    ...checkSamePatterns(patterns),
  ];
}

function patternsOf(tree: unknown, folder: string): readonly Pattern[] {
  return itemPaths(tree, ["sources"]).flatMap((source) =>
    FILE_SOURCES.flatMap((kind) => {
      const exclude = textsAt(tree, [...source, kind, "exclude"]).map(({ text }) =>
        absoluteGlob(folder, text),
      );
      return textsAt(tree, [...source, kind, "include"]).map(({ path, text }) => ({
        path,
        glob: absoluteGlob(folder, text),
        exclude,
      }));
    }),
  );
}

function checkDataDir(
  tree: unknown,
  patterns: readonly Pattern[],
  folder: string,
): readonly Problem[] {
  const given = textAt(tree, ["dataDir"]);
  if (given === null) return [];
  const dataDir = absolutePath(folder, given);
  return patterns
    .filter(
      ({ glob, exclude }) =>
        reachesInto(glob, dataDir) && !exclude.some((each) => matchesGlob(`${dataDir}/x`, each)),
    )
    .map(({ path }) =>
      problem(path, "reaches into dataDir, whose files are Chaperone's own", {
        hint: `exclude "${dataDir}/**", or move dataDir`,
      }),
    );
}

/** Whether a pattern may match files in a folder, or in folders below it. */
function reachesInto(glob: string, folder: string): boolean {
  const steps = glob.split(sep);
  const names = folder.split(sep);
  for (const [index, name] of names.entries()) {
    const step = steps[index];
    if (step === undefined) return false;
    if (step === "**") return true;
    if (step !== name && !matchesGlob(name, step)) return false;
  }
  return steps.length > names.length;
}

function checkFileEndpoints(
  tree: unknown,
  patterns: readonly Pattern[],
  folder: string,
): readonly Problem[] {
  const seen = new Map<string, ConfigurationPath>();
  return itemPaths(tree, ["relay", "endpoints"]).flatMap((endpoint) => {
    const path = [...endpoint, "spec", "file", "path"];
    const given = textAt(tree, path);
    if (given === null) return [];
    const file = absolutePath(folder, given);
    const first = seen.get(file);
    seen.set(file, first ?? path);
    const reader = patterns.find(
      ({ glob, exclude }) =>
        matchesGlob(file, glob) && !exclude.some((each) => matchesGlob(file, each)),
    );
    return [
      ...(first === undefined ? [] : [problem(path, `is the same file as ${pathText(first)}`)]),
      ...(reader === undefined
        ? []
        : [problem(path, `is read again by ${pathText(reader.path)}: events would go in circles`)]),
    ];
  });
}

/** Two sources with one pattern would make every record two events. */
function checkSamePatterns(patterns: readonly Pattern[]): readonly Problem[] {
  const seen = new Map<string, ConfigurationPath>();
  return patterns.flatMap(({ path, glob }) => {
    const first = seen.get(glob);
    seen.set(glob, first ?? path);
    return first === undefined ? [] : [problem(path, `is the same pattern as ${pathText(first)}`)];
  });
}
