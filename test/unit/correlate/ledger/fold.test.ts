import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GROWTH_EVERY_MS } from "../../../../src/correlate/findings/due.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { aPolicy } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { POOL, contents } from "../../../support/ledger-contents.ts";

type Step =
  | { readonly do: "feed"; readonly events: readonly NormalizedEvent[] }
  | { readonly do: "feedOnly"; readonly events: readonly NormalizedEvent[] }
  | { readonly do: "makeDurable" }
  | { readonly do: "evidence"; readonly seconds: number }
  | { readonly do: "pass"; readonly ms: number };

const events = fc.array(fc.constantFrom(...POOL), { maxLength: 6 });
const step = (isCrashing: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({ do: fc.constant("feed" as const), events }),
    fc.record({ do: fc.constant("evidence" as const), seconds: fc.integer({ min: 0, max: 90 }) }),
    fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(10, 1_500, 40_000) }),
    ...(isCrashing
      ? [
          fc.record({ do: fc.constant("feedOnly" as const), events }),
          fc.record({ do: fc.constant("makeDurable" as const) }),
        ]
      : []),
  );

function take(line: TestLine, story: readonly Step[]): void {
  for (const taken of story) {
    if (taken.do === "feed") line.feed(taken.events);
    else if (taken.do === "feedOnly") line.feedOnly(...taken.events);
    else if (taken.do === "makeDurable") line.makeDurable();
    else if (taken.do === "evidence") line.evidenceUpTo(taken.seconds);
    else line.passTime(taken.ms);
  }
}

/** With nothing left that is to be judged again, or said anew. */
function reviewed(line: TestLine): TestLine {
  line.passTime(GROWTH_EVERY_MS);
  while (line.correlator.reviewCount > 0) line.advance({});
  return line;
}

const policy = aPolicy({ hold: { ...aPolicy().hold, heldEventsMax: 4 } });

describe("the ledger", () => {
  it("rebuilt from the journal says what the live one said, for every story", () => {
    fc.assert(
      fc.property(fc.array(step(false), { maxLength: 12 }), (story) => {
        const line = createTestLine({ policy, repeatedClusters: ["prod"] });
        take(line, story);
        expect(contents(reviewed(line.rebuild()).ledger)).toEqual(contents(reviewed(line).ledger));
      }),
      { numRuns: 60 },
    );
  });

  it("after a crash at any moment says what the journal says, no more and no less", () => {
    fc.assert(
      fc.property(fc.array(step(true), { maxLength: 14 }), (story) => {
        const line = createTestLine({ policy, repeatedClusters: ["prod"] });
        take(line, story);
        const rebuilt = reviewed(line.rebuild());
        const restarted = reviewed(line.restart());
        expect(contents(restarted.ledger)).toEqual(contents(rebuilt.ledger));
        expect(restarted.correlator.heldCount).toBe(rebuilt.correlator.heldCount);
      }),
      { numRuns: 60 },
    );
  });

  it("journals every event once, however often and in whatever batches it comes", () => {
    fc.assert(
      fc.property(fc.array(step(false), { maxLength: 12 }), (story) => {
        const line = createTestLine({ policy, repeatedClusters: ["prod"] });
        take(line, story);
        line.advance({ evidence: Infinity, isEvidenceIdle: true });
        // The apiserver's and root's events are nobody's: their copies have the same verdict, and are not stored.
        const visible = line.journal.filter(
          ({ kind, event }) => kind !== "held" && !/^(system|root)/.test(event.actor.name ?? ""),
        );
        const ids = visible.map(({ event }) => event.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(line.correlator.heldCount).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
