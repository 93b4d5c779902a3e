import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { at } from "../../../support/correlate.ts";
import type { TestLine } from "../../../support/correlate-line.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { findingsOf, inOrderOfTime, settled, storyLine, verdictsOf } from "./account.ts";
import { type Group, STORY } from "./scenes.ts";

/** How the groups of a story come; each number counts from the beginning again where it is too large. */
interface Delivery {
  readonly places: readonly number[];
  readonly copies: readonly number[];
  readonly sizes: readonly number[];
  readonly between: readonly Between[];
}

/** What happens between two batches. */
type Between =
  | { readonly kind: "nothing" }
  | { readonly kind: "watermark"; readonly seconds: number; readonly isIdle: boolean }
  | { readonly kind: "time"; readonly ms: number }
  | { readonly kind: "restart" }
  | { readonly kind: "rebuild" };

const BETWEEN: fc.Arbitrary<Between> = fc.oneof(
  fc.constant({ kind: "nothing" } as const),
  fc.record({
    kind: fc.constant("watermark" as const),
    seconds: fc.constantFrom(-1e9, 50, 100, 150, 1e6),
    isIdle: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("time" as const), ms: fc.constantFrom(1_000, 200_000) }),
  fc.constant({ kind: "restart" } as const),
  fc.constant({ kind: "rebuild" } as const),
);

const DELIVERY: fc.Arbitrary<Delivery> = fc.record({
  places: fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 60 }),
  copies: fc.array(fc.nat({ max: 60 }), { maxLength: 4 }),
  sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
  between: fc.array(BETWEEN, { minLength: 1, maxLength: 8 }),
});

function recordsOf(groups: readonly Group[]): readonly NormalizedEvent[] {
  return groups.flatMap(({ records }) => records);
}

function delivered(groups: readonly Group[], delivery: Delivery): TestLine {
  const { places, copies, sizes, between } = delivery;
  const again = copies.flatMap((index) => groups.slice(index, index + 1));
  const mixed = [...groups, ...again]
    .map((group, index) => ({ group, place: of(places, index, 0) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ group }) => group);
  let line = storyLine();
  for (let [from, number] = [0, 0]; from < mixed.length; number++) {
    const until = from + of(sizes, number, 1);
    line.feed(...recordsOf(mixed.slice(from, until)));
    from = until;
    line = passed(line, of<Between>(between, number, { kind: "nothing" }));
  }
  return settled(line);
}

function of<T>(list: readonly T[], index: number, otherwise: T): T {
  return list[index % list.length] ?? otherwise;
}

function passed(line: TestLine, between: Between): TestLine {
  switch (between.kind) {
    case "nothing":
      return line;
    case "watermark": {
      const { isIdle, seconds } = between;
      line.advance({ evidence: at(seconds), isEvidenceIdle: isIdle, hasEnded: false });
      return line;
    }
    case "time":
      line.passTime(between.ms);
      line.advance({ isEvidenceIdle: true, hasEnded: false });
      return line;
    case "restart":
      return line.restart();
    case "rebuild":
      return line.rebuild();
  }
}

describe("H4 the order of records", () => {
  it("H4 does not matter, nor copies, batches, watermarks and restarts: every verdict and finding is as in the order of time", () => {
    fc.assert(
      fc.property(STORY, DELIVERY, (groups, delivery) => {
        const records = recordsOf(groups);
        const expected = inOrderOfTime(records);
        const line = delivered(groups, delivery);
        expect(verdictsOf(line, records)).toEqual(verdictsOf(expected, records));
        expect(findingsOf(line)).toEqual(findingsOf(expected));
      }),
      { numRuns: fuzzRuns(300) },
    );
  }, 3_600_000);
});
