import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SHARED } from "./shared.ts";

/** A Teleport cluster's recordings, with the lines of its audit log. */
export interface RecordedCluster {
  readonly name: string;
  readonly recordings: readonly string[];
  readonly logLines: readonly string[];
}

const FIXTURES = join(import.meta.dirname, "../fixtures/recordings");

/** The recordings that are part of the project. */
export const FIXTURE_CLUSTER: RecordedCluster = {
  name: "the fixtures",
  recordings: globSync(join(FIXTURES, "*.tar")).toSorted(),
  logLines: linesOf([join(FIXTURES, "log.ndjson")]),
};

/** The clusters whose recordings the machine has: the fixtures always. */
export function recordedClusters(): readonly RecordedCluster[] {
  if (SHARED === null) return [FIXTURE_CLUSTER];
  const folder = join(SHARED, "truth/R");
  const shared: RecordedCluster = {
    name: "the shared labelled set",
    recordings: globSync(join(folder, "recordings/**/*.tar")).toSorted(),
    logLines: linesOf(globSync(join(folder, "teleport/**/*.log"))),
  };
  return [FIXTURE_CLUSTER, shared];
}

function linesOf(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => readFileSync(path, "utf8").split("\n")).filter((l) => l !== "");
}
