import { describe, expect, it } from "vitest";
import { runsAgain } from "../support/seed.ts";
import { complaintsOf, inBatches, seeds, SEEDS_OF_THE_GATE, textOf } from "./seeds.ts";
import { simulate } from "./simulate.ts";

const SEEDS = seeds(SEEDS_OF_THE_GATE);

describe("the whole line, through crashes, power losses, full disks, failing fsyncs and destinations that do anything", () => {
  it.each(inBatches(SEEDS, 5).map((batch) => [textOf(batch), batch] as const))(
    "loses nothing, makes nothing up, gives everything one id and one first verdict, keeps the order, and counts it right (%s)",
    async (_text, batch) => {
      expect(await complaintsOf(batch)).toEqual([]);
    },
  );

  it("takes the same course for the same seed, to the last call to the disk", async () => {
    const [one, other] = [await simulate(SEEDS.first), await simulate(SEEDS.first)];
    const again = runsAgain(SEEDS.first);
    expect(other.trace, again).toEqual(one.trace);
    expect(other.digest, again).toBe(one.digest);
    expect((await simulate(SEEDS.first + 1)).digest, again).not.toBe(one.digest);
  });
});
