import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { loadConfiguration } from "../../src/config/load.ts";
import type { SourceConfiguration } from "../../src/model/source.ts";

/** A copy of a labelled set that may be written to, and where its evidence stands. */
export interface LabelledFolder {
  readonly path: string;
  readonly configuration: string;
  /** What the configuration needs from the environment; everything is below `path`. */
  readonly environment: { readonly CHAPERONE_DATA_DIR: string; readonly CHAPERONE_EVENTS: string };
  /** Paths of the audit logs of Teleport. */
  readonly teleportLogs: readonly string[];
  /** Paths of every other file that a source reads and that is not Kubernetes'. */
  readonly otherEvidence: readonly string[];
}

/** Copies the bytes alone: the set may be read-only, and its files have the modes of whoever made it. */
export function copyLabelled(from: string, to: string): LabelledFolder {
  for (const file of filesBelow(from)) {
    const copy = join(to, relative(from, file));
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, readFileSync(file));
  }
  const configuration = join(to, "chaperone.yaml");
  const environment = {
    CHAPERONE_DATA_DIR: join(to, "run/data"),
    CHAPERONE_EVENTS: join(to, "run/events.ndjson"),
  };
  mkdirSync(join(to, "run"));
  const { sources } = loadConfiguration(configuration, environment);
  return {
    path: to,
    configuration,
    environment,
    teleportLogs: sources.flatMap(({ options }) =>
      options.kind === "teleportFile" ? globSync([...options.include]) : [],
    ),
    otherEvidence: sources.flatMap(filesOfDirectory),
  };
}

/** The files of a source that reads a directory: recordings, snapshots, documents. */
function filesOfDirectory({ options }: SourceConfiguration): readonly string[] {
  return "directory" in options ? filesBelow(options.directory) : [];
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
