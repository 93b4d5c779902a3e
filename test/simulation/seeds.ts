import { mkdirSync, writeFileSync } from "node:fs";
import { SEEN, type Seen } from "./seen.ts";
import { simulate } from "./simulate.ts";

const GIVEN = process.env["CHAPERONE_SEED"];

/** Seeds from a first one on: another one in every run, or the one that `CHAPERONE_SEED` names, alone. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
}

export function seeds(count: number): Seeds {
  if (GIVEN !== undefined) return { first: Number(GIVEN), count: 1 };
  return { first: Math.floor(Math.random() * 1e9), count };
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
    return [`CHAPERONE_SEED=${seed} runs it again; its course is in ${path}`, ...complaints];
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
