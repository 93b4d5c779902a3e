import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabelledFolder } from "./folder.ts";
import { keepLastEditions } from "./last-editions.ts";
import { runNode } from "./process.ts";
import type { Variant } from "./variant.ts";

/** What the set's own scorer says of the delivered events. */
export interface Score {
  /** Everything is as labelled, or as the variant allows. */
  readonly isPerfect: boolean;
  /** The scorer's last line. */
  readonly line: string;
  readonly figures: unknown;
  readonly misses: readonly Miss[];
}

/** One event that has not what its label says; the rest of it is for people. */
export interface Miss {
  readonly got?: { readonly coverage?: string };
}

const MISSES_MAX = 1_000_000;

/** Scores with `score.mjs`, which stands beside the set. */
export async function scoreOf(
  set: string,
  folder: LabelledFolder,
  variant: Variant,
): Promise<Score> {
  const scorer = join(set, "../score.mjs");
  const events = join(folder.path, "run/last-editions.ndjson");
  keepLastEditions(folder.environment.CHAPERONE_EVENTS, events);
  const args = [scorer, folder.path, events, "--misses", String(MISSES_MAX)];
  const output = join(folder.path, "run/score");
  const code = await runNode(args, { output });
  const lines = readFileSync(output, "utf8").trimEnd().split("\n");
  const line = lines.at(-1) ?? "";
  if (!line.startsWith("scored ")) throw new Error(`Cannot score: ${line}`);
  const misses = lines
    .filter((each) => each.startsWith("miss "))
    .map((each) => JSON.parse(each.slice("miss ".length)) as Miss);
  const end = lines.findIndex((each) => each.startsWith("miss ") || each === line);
  const figures: unknown = JSON.parse(lines.slice(0, end).join("\n"));
  const isPerfect = code === 0 || (variant.isWithoutKubeRequest && isOnlyAmbiguous(line, misses));
  return { isPerfect, line, figures, misses };
}

/** Without `kube.request` a name that several share cannot always be told apart: then all its grants are named. */
function isOnlyAmbiguous(line: string, misses: readonly Miss[]): boolean {
  const isRest = line.endsWith("lost 0, id clashes 0, false findings 0, residue missed 0 wrong 0");
  return isRest && misses.length > 0 && misses.every(({ got }) => got?.coverage === "ambiguous");
}
