import { dirname, resolve } from "node:path";
import { ChaperoneError } from "../model/error.ts";
import { explainIssue } from "./check/explain-issue.ts";
import { checkKinds } from "./check/kinds.ts";
import { checkNames } from "./check/names.ts";
import { checkPaths } from "./check/paths.ts";
import { valueAt } from "./check/raw.ts";
import { checkSecrets } from "./check/secrets.ts";
import { checkServers } from "./check/servers.ts";
import { shownValue } from "./check/shown-value.ts";
import type { Configuration } from "./configuration.ts";
import {
  ConfigurationError,
  pathText,
  type ConfigurationPath,
  type LocatedProblem,
  type Problem,
} from "./problem.ts";
import { substitute, type Environment } from "./read/substitute.ts";
import { readUpTo } from "./read/read-up-to.ts";
import { readYaml, type YamlTree } from "./read/yaml.ts";
import { createReferences } from "./resolve/references.ts";
import { resolveConfiguration } from "./resolve/resolve.ts";
import { configurationSchema } from "./schema/root.ts";

/** Above the bytes that the longest text which `readYaml` takes can have. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Reads and checks a configuration file. Throws a ConfigurationError with every problem at once, or CONFIG_UNREADABLE where the
 * file cannot be read.
 */
export function loadConfiguration(path: string, environment: Environment): Configuration {
  const file = resolve(path);
  const yaml = readYaml(readConfigurationFile(file));
  if ("faults" in yaml)
    throw new ConfigurationError(
      path,
      yaml.faults.map(({ message, line = null, column = null }) => ({
        path: "",
        line,
        column,
        message,
        value: null,
        hint: null,
      })),
      yaml.furtherFaults,
    );
  const { value: tree, problems } = substitute(yaml.tree.value, environment);
  const folder = dirname(file);
  const references = createReferences(folder, environment);
  const parsed = configurationSchema.safeParse(tree);
  const all = [
    ...problems,
    ...(parsed.error?.issues ?? []).flatMap((issue) =>
      explainIssue(issue, (at) => valueAt(tree, at)),
    ),
    ...checkNames(tree),
    ...checkKinds(tree),
    ...checkPaths(tree, folder),
    ...checkServers(tree),
    ...checkSecrets(yaml.tree.value),
    ...references.check(tree),
  ];
  if (all.length > 0 || !parsed.success)
    throw new ConfigurationError(path, locate(onePerPath(all), yaml.tree));
  return resolveConfiguration(parsed.data, { file, folder, references });
}

function readConfigurationFile(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readUpTo(file, FILE_BYTES_MAX));
  } catch (error) {
    throw new ChaperoneError("CONFIG_UNREADABLE", `Cannot read configuration "${file}"`, {
      cause: error,
      hint: "Name another file with --config; config/example.yaml shows every option.",
    });
  }
}

/** The first problem of a value is the one to correct; what follows from it, or says it in other words, is noise. */
function onePerPath(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => {
    const key = pathText(path);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Problems in the order of the file, with line, column and value. */
function locate(problems: readonly Problem[], tree: YamlTree): readonly LocatedProblem[] {
  return problems
    .map(({ path, message, hint, about }) => {
      const place = tree.placeOf(path, about);
      return {
        path: pathText(path),
        line: place?.line ?? null,
        column: place?.column ?? null,
        message,
        value: about === "key" ? null : valueText(tree, path),
        hint,
      };
    })
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function valueText(tree: YamlTree, path: ConfigurationPath): string | null {
  return shownValue(valueAt(tree.value, path), path);
}
