import type { Random } from "../random.ts";

/** What a disk keeps, beyond what was synced, when its power goes. Asked once for every change that was not synced, in their order. */
export interface Survival {
  /** The parts `[from, to)` of an unsynced write that reached the platter; `at` is its place in the file. */
  written(write: { readonly at: number; readonly sizeBytes: number }): readonly Part[];
  /** Whether an unsynced change of a file's length did. */
  resized(): boolean;
  /** Whether a file has its latest length where its last bytes did not make it: zeros stand there. */
  hasZeroTail(): boolean;
  /** Whether an unsynced name did: a creation, a rename (as a whole), an unlink, a folder. */
  named(): boolean;
}

export type Part = readonly [from: number, to: number];

const SECTOR_BYTES = 512;

export const NOTHING_SURVIVES: Survival = {
  written: () => [],
  resized: () => false,
  hasZeroTail: () => false,
  named: () => false,
};

export const EVERYTHING_SURVIVES: Survival = {
  written: ({ sizeBytes }) => [[0, sizeBytes]],
  resized: () => true,
  hasZeroTail: () => true,
  named: () => true,
};

/** Of every unsynced write the first bytes, as many as `keep` says of its size; no name. */
export function fronts(keep: (sizeBytes: number) => number): Survival {
  return { ...NOTHING_SURVIVES, written: ({ sizeBytes }) => [[0, keep(sizeBytes)]] };
}

/** Names survive and contents do not: what a journaling file system that orders metadata first leaves. */
export const NAMES_SURVIVE: Survival = { ...NOTHING_SURVIVES, named: () => true };

/** Contents survive and names do not. */
export const CONTENTS_SURVIVE: Survival = { ...EVERYTHING_SURVIVES, named: () => false };

/**
 * Any subset: every sector of 512 bytes and every name for itself, in no order. How likely a change is to survive differs from one
 * power loss to the next, so that all, most, few and none of them come up.
 */
export function randomSurvival(
  random: Random,
  shares: readonly number[] = [0.05, 0.5, 0.5, 0.95],
): Survival {
  const share = random.pick(shares);
  const mayBe = (): boolean => random.next() < share;
  return {
    written: (write) => sectors(write).filter(mayBe),
    resized: mayBe,
    hasZeroTail: () => random.next() < 0.3,
    named: mayBe,
  };
}

function sectors({ at, sizeBytes }: { readonly at: number; readonly sizeBytes: number }): Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < sizeBytes;) {
    const to = Math.min(sizeBytes, from + SECTOR_BYTES - ((at + from) % SECTOR_BYTES));
    parts.push([from, to]);
    from = to;
  }
  return parts;
}
