import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Configuration } from "../../../src/config/configuration.ts";
import { loadConfiguration } from "../../../src/config/load.ts";
import { ConfigurationError, type LocatedProblem } from "../../../src/config/problem.ts";

/** The least that a configuration needs. */
export const LEAST = `
organization: acme
dataDir: ./data
sources:
  - { name: audit, cluster: prod, kubernetesAuditFile: { include: [audit.log] } }
`;

type Environment = Readonly<Record<string, string>>;

/** A folder that is removed with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "chaperone-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeConfiguration(yaml: string, folder: string = temporaryFolder()): string {
  const file = join(folder, "chaperone.yaml");
  writeFileSync(file, yaml);
  return file;
}

export function load(
  yaml: string,
  { environment = {}, folder }: { environment?: Environment; folder?: string } = {},
): Configuration {
  return loadConfiguration(writeConfiguration(yaml, folder), environment);
}

/** The problems of a configuration that must have some. */
export function problemsOf(yaml: string, environment: Environment = {}): readonly LocatedProblem[] {
  return errorOf(yaml, environment).problems;
}

export function errorOf(yaml: string, environment: Environment = {}): ConfigurationError {
  try {
    load(yaml, { environment });
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error("The configuration has no problems");
}

/** Problems as lines, without their places. */
export function linesOf(yaml: string, environment: Environment = {}): readonly string[] {
  return problemsOf(yaml, environment).map(({ path, message, value, hint }) =>
    [path, message, value === null ? "" : `[${value}]`, hint === null ? "" : `(${hint})`]
      .filter((part) => part !== "")
      .join(" "),
  );
}
