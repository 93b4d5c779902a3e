import { expect, it } from "vitest";
import { SEEN } from "../seen.ts";
import { complaintsOf, inBatches, seeds, SEEDS_OF_THE_GATE, textOf, type Tally } from "../seeds.ts";

const HALF = 500;
/** A journal at its size limit comes up once in some three hundred seeds, so that a half may well go without one. */
const USUAL = SEEN.filter((name) => name !== "fullJournals");

/** Two files with the half of the seeds each: two processors share them. */
export function itKeepsItsPromises({ isSecond }: { readonly isSecond: boolean }): void {
  const own = seeds(HALF, SEEDS_OF_THE_GATE + (isSecond ? HALF : 0));
  const tally: Tally = new Map();

  it.each(inBatches(own, 50).map((batch) => [textOf(batch), batch] as const))(
    "loses nothing, makes nothing up, gives everything one id and one first verdict, keeps the order, and counts it right (%s)",
    async (_text, batch) => {
      expect(await complaintsOf(batch, tally)).toEqual([]);
    },
  );

  it("has gone through every fault that there is", () => {
    if (own.count === 1) return;
    expect(USUAL.filter((name) => (tally.get(name) ?? 0) === 0)).toEqual([]);
  });
}
