import type { DossierFinding, Listed } from "../../model/dossier.ts";
import { levelOf, severityNamed } from "../../model/finding-severity.ts";
import { compare } from "./timeline.ts";

/** The first of all, and how many there are more. */
export function listed<T>(all: readonly T[], max: number): Listed<T> {
  return { listed: all.slice(0, max), unlisted: Math.max(0, all.length - max) };
}

/** By their time; where there are too many the worst of them, and withdrawn ones last: attempts must not hide what was done. */
export function listedFindings(
  all: readonly DossierFinding[],
  max: number,
): Listed<DossierFinding> {
  const worst = all.length <= max ? all : all.toSorted(byLevel).slice(0, max);
  return { listed: worst.toSorted(byTime), unlisted: all.length - worst.length };
}

/** Ids of events, which are given by their time; where there are too many those that findings name, the worst first, and then the earliest. */
export function listedEvents(
  ids: readonly string[],
  findings: readonly DossierFinding[],
  max: number,
): readonly string[] {
  if (ids.length <= max) return ids;
  const own = new Set(ids);
  const chosen = new Set<string>();
  const named = findings.toSorted(byLevel).flatMap(({ evidence }) => evidence);
  for (const id of [...named.filter((each) => own.has(each)), ...ids]) {
    if (chosen.size === max) break;
    chosen.add(id);
  }
  return ids.filter((id) => chosen.has(id));
}

function byLevel(a: DossierFinding, b: DossierFinding): number {
  return rankOf(b) - rankOf(a) || byTime(a, b);
}

function rankOf({ state, severity }: DossierFinding): number {
  return state === "withdrawn" ? -1 : levelOf(severityNamed(severity));
}

function byTime(a: DossierFinding, b: DossierFinding): number {
  return compare(a.at, b.at) || compare(a.id, b.id);
}
