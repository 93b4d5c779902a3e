import { mkdirSync, writeFileSync } from "node:fs";
import { IS_SEED_GIVEN, runsAgain, SEED } from "../support/seed.ts";
import { SEEN, type Seen } from "./seen.ts";
import { simulate } from "./simulate.ts";

/** So many are tried in the developer's gate, and the many begin behind them. */
export const SEEDS_OF_THE_GATE = 25;

/** Seeds from a first one on. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
}

/** The next ones after so many of the run's seed; or the one that `CHAPERONE_SEED` names, alone. */
export function seeds(count: number, after = 0): Seeds {
  return IS_SEED_GIVEN ? { first: SEED, count: 1 } : { first: SEED + after, count };
}

export function inBatches({ first, count }: Seeds, size: number): readonly Seeds[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, batch) => ({
    first: first + batch * size,
    count: Math.min(size, count - batch * size),
  }));
}

/** For a test's title. */
export function textOf({ first, count }: Seeds): string {
  return count === 1 ? `seed ${first}` : `seeds ${first} to ${first + count - 1}`;
}

/** What is to be seen in many seeds, by how often it was. */
export type Tally = Map<Seen, number>;

/** Complaints of the first seed that has any, with the way to have them again; empty where all promises were kept. */
export async function complaintsOf(
  { first, count }: Seeds,
  tally: Tally = new Map(),
): Promise<readonly string[]> {
  for (let seed = first; seed < first + count; seed++) {
    const { complaints, trace, seen } = await simulate(seed);
    for (const name of SEEN) tally.set(name, (tally.get(name) ?? 0) + seen[name]);
    if (complaints.length === 0) continue;
    const path = keep(seed, trace);
    return [`${runsAgain(seed)}; its course is in ${path}`, ...complaints];
  }
  return [];
}

function keep(seed: number, trace: readonly string[]): string {
  const folder = new URL("../../.cache/simulation/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${seed}.txt`, folder);
  writeFileSync(file, `${trace.join("\n")}\n`);
  return file.pathname;
}
