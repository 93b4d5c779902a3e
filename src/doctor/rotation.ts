import { dirname } from "node:path";
import type { FoundPath } from "../collect/file-tail/find-files.ts";
import { ok, problem, warning, type CheckResult } from "./check.ts";
import { spoken } from "./units.ts";

/** Below these the collector may hardly be restarted, or not be down over a night's call. */
const SHORT_MS = 10 * 60_000;
const SAFE_MS = 4 * 3_600_000;

const NS_PER_MS = 1_000_000n;

/**
 * How long the collector may be down before bytes that it has not read are deleted, by what the files that are there show: they
 * were rotated so often, and so many are kept. An estimate, and the least: nobody can see whether more would be kept.
 */
export function checkRotation(of: string, paths: readonly FoundPath[]): readonly CheckResult[] {
  return [...seriesOf(paths).entries()].flatMap(([folder, files]) => {
    const result = ofSeries({ check: "rotation", of }, folder, files);
    return result === null ? [] : [result];
  });
}

function seriesOf(paths: readonly FoundPath[]): ReadonlyMap<string, readonly FoundPath[]> {
  const series = new Map<string, FoundPath[]>();
  for (const file of paths) {
    const folder = dirname(file.path);
    const known = series.get(folder);
    if (known === undefined) series.set(folder, [file]);
    else known.push(file);
  }
  return series;
}

/** A rotated file was last written to when it was rotated; the newest is the one that is written to. */
function ofSeries(
  named: { readonly check: string; readonly of: string },
  folder: string,
  files: readonly FoundPath[],
): CheckResult | null {
  const times = files
    .map(({ modifiedNs }) => Number(modifiedNs / NS_PER_MS))
    .toSorted((a, b) => a - b);
  const rotated = times.slice(0, -1);
  if (rotated.length === 0) return null;
  if (rotated.length === 1)
    return warning(
      named,
      `one rotated file in "${folder}"`,
      "Keep several (kube-apiserver: --audit-log-maxbackup): what is rotated twice while the collector is down is lost",
    );
  const oldest = rotated[0] ?? 0;
  const everyMs = ((rotated.at(-1) ?? 0) - oldest) / (rotated.length - 1);
  const downMs = everyMs * rotated.length;
  const seen = `${rotated.length} rotated files in "${folder}", one about every ${spoken(everyMs)}: the collector may be down for ${spoken(downMs)}`;
  const remedy =
    "Keep more or larger files: kube-apiserver --audit-log-maxbackup and --audit-log-maxsize, logrotate rotate and size";
  if (downMs < SHORT_MS) return problem(named, seen, remedy);
  return downMs < SAFE_MS ? warning(named, seen, remedy) : ok(named, seen);
}
