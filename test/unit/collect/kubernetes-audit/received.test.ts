import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createReceived,
  SECONDS_MAX,
  type Received,
} from "../../../../src/collect/kubernetes-audit/completeness/received.ts";

/** One event in each of so many seconds, from 1 on. */
function oneEach(received: Received, seconds: number): void {
  for (let second = 1; second <= seconds; second++) received.add(second, 1);
}

/** Places at which what came changes: so many stretches of time are told apart. */
function toldApart(received: Received, seconds: number): number {
  const sums = Array.from({ length: seconds }, (_, n) => received.atMostUpTo(n + 1));
  return new Set(sums).size;
}

describe("what came, by the second", () => {
  it.each([9, 10])("is known exactly for %d seconds of at most 10", (seconds) => {
    const received = createReceived(10);
    oneEach(received, seconds);
    for (let second = 0; second <= seconds; second++) {
      expect(received.atMostUpTo(second)).toBe(second);
      expect(received.atLeastUpTo(second)).toBe(second);
    }
  });

  it("has its oldest seconds put together when there is one more, none lost, and the newer ones exact", () => {
    const received = createReceived(10);
    oneEach(received, 11);
    expect([received.atLeastUpTo(1), received.atMostUpTo(1)]).toEqual([0, 2]);
    expect([received.atLeastUpTo(2), received.atMostUpTo(2)]).toEqual([2, 2]);
    expect([received.atLeastUpTo(3), received.atMostUpTo(3)]).toEqual([2, 4]);
    for (let second = 4; second <= 11; second++) {
      expect(received.atMostUpTo(second)).toBe(second);
      expect(received.atLeastUpTo(second)).toBe(second);
    }
  });

  it("does not grow, however long nobody forgets anything", () => {
    const received = createReceived(10);
    for (const seconds of [10, 11, 1_000]) {
      oneEach(received, seconds);
      expect(toldApart(received, seconds)).toBeLessThanOrEqual(10);
    }
    const usual = createReceived();
    oneEach(usual, SECONDS_MAX + 1);
    expect(usual.atLeastUpTo(1)).toBe(0);
    expect(usual.atLeastUpTo(SECONDS_MAX)).toBe(SECONDS_MAX);
  });

  it("is between its two bounds in whatever order events come, and is all there at the end", () => {
    const step = fc.oneof(
      fc.record({ second: fc.nat({ max: 60 }), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ before: fc.nat({ max: 30 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100 }),
        fc.integer({ min: 2, max: 9 }),
        (steps, max) => {
          const received = createReceived(max);
          const came: { readonly second: number; readonly count: number }[] = [];
          let forgotten = -1;
          for (const one of steps) {
            if ("before" in one) {
              received.forget(one.before);
              forgotten = Math.max(forgotten, one.before);
            } else {
              received.add(one.second, one.count);
              came.push(one);
            }
            for (let second = Math.max(0, forgotten); second <= 60; second += 7) {
              const exact = came
                .filter((each) => each.second <= second)
                .reduce((sum, { count }) => sum + count, 0);
              expect(received.atLeastUpTo(second)).toBeLessThanOrEqual(exact);
              expect(received.atMostUpTo(second)).toBeGreaterThanOrEqual(exact);
            }
            const all = came.reduce((sum, { count }) => sum + count, 0);
            expect(received.atLeastUpTo(61)).toBe(all);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
