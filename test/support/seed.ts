import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";

/** Where CI has no commit to take a number from. */
export const SEED_WITHOUT_GIT = 20_261_128;

const SEED_BITS = 31;
const HEX_DIGITS = Math.ceil(SEED_BITS / 4);

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The number that everything random in a test begins with. `CHAPERONE_SEED` wins. In CI it is made of the commit's tree: a commit is tried
 * with the same cases every time, so that a failure says something of the commit, and the next commit with others. Elsewhere it is another
 * one in every process.
 */
export function seedFor(environment: Environment, tree: () => string | null): number {
  const given = environment["CHAPERONE_SEED"];
  if (given !== undefined) return givenSeed(given);
  if (!environment["CI"]) return randomInt(2 ** SEED_BITS);
  const digits = tree();
  if (digits === null) return SEED_WITHOUT_GIT;
  return Number.parseInt(digits.slice(0, HEX_DIGITS), 16) % 2 ** SEED_BITS;
}

/** The name that git has for the content of the commit that is checked out; null where there is none, or no git. */
export function treeOf(folder: string): string | null {
  // A checkout may belong to another user than the tests run as. Nothing of its configuration is acted on.
  const { status, stdout } = spawnSync(
    "git",
    ["-c", "safe.directory=*", "-C", folder, "rev-parse", "--verify", "--quiet", "HEAD^{tree}"],
    { encoding: "utf8" },
  );
  return status === 0 ? stdout.trim() : null;
}

/** To be said where a test failed. */
export function runsAgain(seed: number): string {
  return `CHAPERONE_SEED=${seed} runs it again`;
}

function givenSeed(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RangeError(`Cannot take CHAPERONE_SEED "${text}": it is no whole number`);
}

export const SEED: number = seedFor(process.env, () => treeOf(import.meta.dirname));
export const IS_SEED_GIVEN: boolean = process.env["CHAPERONE_SEED"] !== undefined;
