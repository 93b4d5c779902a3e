import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createBalance,
  type Balance,
  type Missing,
} from "../../../../src/collect/kubernetes-audit/completeness/balance.ts";
import {
  createReceived,
  SECONDS_MAX,
} from "../../../../src/collect/kubernetes-audit/completeness/received.ts";

const SETTLE_MS = 60_000;

/** One server by the name of each key: made, failed. A look sees all that was made in earlier seconds. */
function look(
  balance: Balance,
  second: number,
  counts: Readonly<Record<string, readonly [made: number, failed: number]>>,
): void {
  const counters = Object.entries(counts).map(
    ([name, [made, failed]]) => [name, { made, failed }] as const,
  );
  const range = { from: second - 1, to: second };
  balance.look({ counters: new Map(counters), atMs: second * 1_000, ...range });
}

function counts(missing: readonly Missing[]): readonly number[] {
  return missing.map(({ count }) => count);
}

/** Far enough in the future that every look is settled. */
const LATE_MS = 10_000_000;

describe("what API servers made and did not send", () => {
  it("is nothing while all of it came, however late", () => {
    const balance = createBalance(SETTLE_MS);
    look(balance, 100, { a: [0, 0] });
    balance.received(110, 40);
    look(balance, 120, { a: [100, 0] });
    expect(balance.missing(120_000 + SETTLE_MS - 1)).toEqual([]);
    balance.received(115, 60);
    expect(balance.missing(120_000 + SETTLE_MS)).toEqual([]);
  });

  it("is exact where the servers were quiet around the looks, also where no server admits it", () => {
    const balance = createBalance(SETTLE_MS);
    look(balance, 100, { a: [500, 3] });
    balance.received(110, 97);
    look(balance, 120, { a: [600, 3] });
    expect(balance.missing(LATE_MS)).toEqual([{ count: 3, failed: 0, from: 99, to: 120 }]);
    expect(balance.missing(LATE_MS)).toEqual([]);
  });

  it("is what the servers could not send where they were not quiet", () => {
    const balance = createBalance(SETTLE_MS);
    look(balance, 100, { a: [0, 0] });
    for (let second = 95; second <= 125; second++) balance.received(second, 10);
    look(balance, 120, { a: [207, 7] });
    expect(balance.missing(LATE_MS)).toMatchObject([{ count: 7, failed: 7 }]);
  });

  it("is less than the servers say where what they gave up was stored all the same", () => {
    const balance = createBalance(SETTLE_MS);
    look(balance, 100, { a: [0, 0] });
    look(balance, 170, { a: [0, 0] });
    balance.received(200, 100);
    look(balance, 240, { a: [100, 50] });
    expect(balance.missing(LATE_MS)).toEqual([]);
  });

  it("is what failed of events that were made before the first look and were still under way", () => {
    const balance = createBalance(SETTLE_MS);
    look(balance, 100, { a: [300, 0] });
    look(balance, 120, { a: [301, 9] });
    balance.received(118, 1);
    expect(counts(balance.missing(LATE_MS))).toEqual([9]);
  });

  it("is declared once, and what is lost later on top of it", () => {
    const balance = createBalance(SETTLE_MS);
    look(balance, 100, { a: [0, 0] });
    look(balance, 200, { a: [5, 5] });
    look(balance, 300, { a: [5, 5] });
    expect(counts(balance.missing(200_000 + SETTLE_MS))).toEqual([5]);
    look(balance, 400, { a: [9, 9] });
    expect(counts(balance.missing(LATE_MS))).toEqual([4]);
  });

  it("is the sum of all servers", () => {
    const balance = createBalance(SETTLE_MS);
    look(balance, 100, { a: [1_000, 0], b: [50, 0] });
    balance.received(110, 20);
    look(balance, 120, { a: [1_015, 0], b: [57, 2] });
    expect(counts(balance.missing(LATE_MS))).toEqual([2]);
  });

  it("begins again where a server was started anew: its errors since then are missing, its unseen end is not", () => {
    const balance = createBalance(SETTLE_MS);
    look(balance, 100, { a: [1_000, 0] });
    balance.received(110, 30);
    look(balance, 120, { a: [1_030, 0] });
    balance.received(125, 40);
    look(balance, 140, { a: [10, 10] });
    look(balance, 160, { a: [16, 10] });
    expect(counts(balance.missing(LATE_MS))).toEqual([10, 6]);
  });

  it("is not counted against servers that were not asked, and that is said", () => {
    const balance = createBalance(SETTLE_MS);
    look(balance, 100, { a: [0, 0] });
    balance.received(110, 20);
    look(balance, 120, { a: [10, 0] });
    expect(balance.missing(LATE_MS)).toEqual([]);
    expect(balance.hasTooMany).toBe(true);
  });

  describe("while the servers cannot be asked for longer than seconds are kept", () => {
    const HOURS = 3 * SECONDS_MAX;

    /** Looks at second 100 and, where there is one, at another; then none, and ten events in each second from 201 on. */
    function blind(balance: Balance, last: number | null): void {
      look(balance, 100, { a: [0, 0] });
      if (last !== null) look(balance, last, { a: [0, 0] });
      for (let second = 201; second <= 200 + HOURS; second++) {
        balance.received(second, 10);
        if (second % 1_000 === 0) balance.missing(second * 1_000);
      }
    }

    it.each([
      { looks: "one look before", last: null, failed: 0 },
      {
        looks: "two looks before, and what they gave up was stored all the same",
        last: 170,
        failed: 40,
      },
    ])("is nothing where all came ($looks)", ({ last, failed }) => {
      const balance = createBalance(SETTLE_MS);
      blind(balance, last);
      look(balance, 202 + HOURS, { a: [10 * HOURS, failed] });
      look(balance, 400 + HOURS, { a: [10 * HOURS, failed] });
      expect(balance.missing(LATE_MS * 100)).toEqual([]);
      expect(balance.hasTooMany).toBe(false);
    });

    it.each([null, 170])("is what the servers could not send (second look at %s)", (last) => {
      const balance = createBalance(SETTLE_MS);
      blind(balance, last);
      look(balance, 202 + HOURS, { a: [10 * HOURS + 33, 33] });
      look(balance, 400 + HOURS, { a: [10 * HOURS + 33, 33] });
      expect(counts(balance.missing(LATE_MS * 100))).toEqual([33]);
    });

    it.each([null, 170])("is found where no server admits it (second look at %s)", (last) => {
      const balance = createBalance(SETTLE_MS);
      for (let second = 1; second < 99; second++) balance.received(second, 1_000);
      blind(balance, last);
      look(balance, 202 + HOURS, { a: [10 * HOURS + 50, 0] });
      expect(counts(balance.missing(LATE_MS * 100))).toEqual([50]);
    });

    it("is found as exactly as ever from then on", () => {
      const balance = createBalance(SETTLE_MS);
      blind(balance, 170);
      look(balance, 202 + HOURS, { a: [10 * HOURS, 0] });
      balance.received(250 + HOURS, 97);
      look(balance, 300 + HOURS, { a: [10 * HOURS + 100, 0] });
      expect(counts(balance.missing(LATE_MS * 100))).toEqual([3]);
    });
  });

  it("is never more than what was lost, and not less than the servers say, whatever the traffic", () => {
    const second = fc.record({
      made: fc.nat({ max: 20 }),
      lost: fc.nat({ max: 3 }),
      isLooked: fc.boolean(),
      counted: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const kept = fc.constantFrom(2, 3, 5, 10, 60);
    fc.assert(
      fc.property(fc.array(second, { minLength: 3, maxLength: 60 }), kept, (seconds, max) => {
        const balance = createBalance(SETTLE_MS, createReceived(max));
        let [made, failed, declared, baselineFailed] = [0, 0, 0, -1];
        let lastFailed = 0;
        for (const [index, each] of seconds.entries()) {
          const now = 1_000 + index;
          const lost = Math.min(each.made, each.lost);
          const before = made;
          made += each.made;
          failed += lost;
          balance.received(now, each.made - lost);
          if (!each.isLooked) continue;
          const seen = before + Math.floor(each.made * each.counted);
          const range = { from: now, to: now };
          const counters = new Map([["a", { made: seen, failed: failed - lost }]]);
          balance.look({ counters, atMs: now * 1_000, ...range });
          if (baselineFailed < 0) baselineFailed = failed - lost;
          lastFailed = failed - lost;
        }
        for (const { count } of balance.missing(LATE_MS)) declared += count;
        expect(declared).toBeLessThanOrEqual(failed);
        // Where seconds were put together less may be seen, and nothing that is not.
        if (baselineFailed >= 0 && max >= seconds.length)
          expect(declared).toBeGreaterThanOrEqual(lastFailed - baselineFailed);
      }),
      { numRuns: 500 },
    );
  });
});
