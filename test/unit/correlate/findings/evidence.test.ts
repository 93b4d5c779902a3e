import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import { createEvidence } from "../../../../src/correlate/findings/evidence.ts";
import { isNamedBefore } from "../../../../src/correlate/findings/further.ts";
import type { FindingEvidence } from "../../../../src/correlate/ledger/kinds.ts";
import { createLedger } from "../../../../src/correlate/ledger/ledger.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";

/** An event always has one time; how bad it is and what grants it has may change. */
const row: fc.Arbitrary<FindingEvidence> = fc
  .record({
    number: fc.nat({ max: 11 }),
    severity: fc.constantFrom("low", "medium", "high"),
    grants: fc.constantFrom<string[]>(["r1"], ["r2"]),
  })
  .map(({ number, ...own }) => ({
    eventId: `e${number}`,
    at: Math.floor(number / 2),
    subject: null,
    ...own,
  }));

type Step =
  | { readonly do: "add" | "remove"; readonly finding: string; readonly row: FindingEvidence }
  | { readonly do: "read"; readonly finding: string }
  | { readonly do: "restart" };

const finding = fc.constantFrom("a", "b");
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.record({ do: fc.constant("add" as const), finding, row }), weight: 6 },
    { arbitrary: fc.record({ do: fc.constant("remove" as const), finding, row }), weight: 4 },
    { arbitrary: fc.record({ do: fc.constant("read" as const), finding }), weight: 1 },
    { arbitrary: fc.constant({ do: "restart" as const }), weight: 1 },
  ),
  { maxLength: 60 },
);

it("a finding names the worst of its events, and of these the earliest, whatever comes, goes and changes in whatever order", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 6 }), (taken, namedMax) => {
      const ledger = createLedger(new DatabaseSync(":memory:"), () => 0);
      let evidence = createEvidence(ledger, { namedMax });
      const all = new Map<string, Map<string, FindingEvidence>>([
        ["a", new Map()],
        ["b", new Map()],
      ]);
      const namedIn = (of: string): readonly FindingEvidence[] =>
        [...(all.get(of)?.values() ?? [])]
          .toSorted((x, y) => (isNamedBefore(x, y) ? -1 : 1))
          .slice(0, namedMax);
      for (const step of taken) {
        if (step.do === "restart") {
          evidence = createEvidence(ledger, { namedMax });
          continue;
        }
        const before = namedIn(step.finding);
        if (step.do !== "read") {
          const { eventId } = step.row;
          const isAdded = step.do === "add";
          if (isAdded) all.get(step.finding)?.set(eventId, step.row);
          else all.get(step.finding)?.delete(eventId);
          const isNews = isAdded
            ? evidence.add(step.finding, step.row)
            : evidence.remove(step.finding, step.row);
          const isOther = JSON.stringify(before) !== JSON.stringify(namedIn(step.finding));
          expect([step, isNews]).toEqual([step, isOther]);
        } else {
          const named = evidence.of(step.finding);
          expect(named.toSorted((x, y) => (isNamedBefore(x, y) ? -1 : 1))).toEqual(before);
        }
        expect(evidence.isEmpty(step.finding)).toBe(namedIn(step.finding).length === 0);
      }
      for (const of of ["a", "b"])
        expect(evidence.of(of).toSorted((x, y) => (isNamedBefore(x, y) ? -1 : 1))).toEqual(
          namedIn(of),
        );
    }),
    { numRuns: fuzzRuns(100) },
  );
});

function rowAt(at: number, severity: FindingEvidence["severity"] = "high"): FindingEvidence {
  return { eventId: `e${at}`, at, subject: null, severity, grants: [] };
}

it.each([
  [63, 1],
  [64, 1],
  [65, 2],
])(
  "rows are read once for 64 that go when earlier ones come: for %i that go %i times, and the earliest are named",
  (count, reads) => {
    const ledger = createLedger(new DatabaseSync(":memory:"), () => 0);
    const evidence = createEvidence(ledger, { namedMax: 100 });
    for (let at = 100; at < 200; at++) evidence.add("a", rowAt(at));
    const scan = vi.spyOn(ledger.findingEvidence, "scan");
    for (let at = 99; at > 99 - count; at--) evidence.add("a", rowAt(at));
    expect(scan).toHaveBeenCalledTimes(reads);
    const named = evidence.of("a").map(({ at }) => at);
    expect([named.length, Math.min(...named), Math.max(...named)]).toEqual([
      100,
      100 - count,
      199 - count,
    ]);
  },
);

it("rows that wait move up the worst first, from critical to info, also where it is the latest", () => {
  const ledger = createLedger(new DatabaseSync(":memory:"), () => 0);
  const evidence = createEvidence(ledger, { namedMax: 1 });
  const worstLast = (["info", "low", "medium", "high", "critical"] as const).map((severity, at) =>
    rowAt(at, severity),
  );
  for (const row of [rowAt(5, "critical"), ...worstLast]) evidence.add("a", row);
  for (const row of worstLast.toReversed()) {
    expect(evidence.of("a")).toEqual([row]);
    evidence.remove("a", row);
    if (row.at === 4) {
      expect(evidence.of("a")).toEqual([rowAt(5, "critical")]);
      evidence.remove("a", rowAt(5));
    }
  }
  expect(evidence.isEmpty("a")).toBe(true);
});
