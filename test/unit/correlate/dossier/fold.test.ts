import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Ledger } from "../../../../src/correlate/ledger/ledger.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { aLine, ENDED, exec, aGap, sealsOf, story, upTo } from "../../../support/dossier-story.ts";
import type { TestLine } from "../../../support/correlate-line.ts";
import { POOL } from "../../../support/ledger-contents.ts";

type Step =
  | { readonly do: "feed"; readonly events: readonly NormalizedEvent[] }
  | { readonly do: "watermark"; readonly seconds: number }
  | { readonly do: "end" };

const ALL = [...story(), ...exec("shell", 200, "/x?command=id"), aGap("gap", 500), ...POOL];

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant("feed" as const),
      events: fc.array(fc.constantFrom(...ALL), { minLength: 1, maxLength: 8 }),
    }),
    fc.record({
      do: fc.constant("watermark" as const),
      seconds: fc.constantFrom(600, 3_200, 9_000),
    }),
    fc.record({ do: fc.constant("end" as const) }),
  ),
  { maxLength: 12 },
);

function take(line: TestLine, taken: readonly Step[]): void {
  for (const step of taken) {
    if (step.do === "feed") line.feed(step.events);
    else line.advance(step.do === "end" ? ENDED : upTo(step.seconds));
  }
}

/** All that a start must not make otherwise than the live line did. */
function sealed(ledger: Ledger): unknown {
  const { dossiers, seals, sealed: grants, sealChain, gaps, reached } = ledger;
  const { findingsOfGrant, revisionsOfGrant } = ledger;
  // What is found in another batch, and not judged again yet, has nothing that was said.
  const said = ledger.findings
    .all()
    .flatMap(([id, finding]) => (finding.said === null ? [] : [[id, finding.said]]));
  const tables = [dossiers, seals, grants, sealChain, gaps, reached];
  return [said, ...[...tables, findingsOfGrant, revisionsOfGrant].map((table) => table.all())];
}

describe("seals", () => {
  it("are made again from the journal, every form with its digest, for every story", () => {
    let seals = 0;
    fc.assert(
      fc.property(steps, (taken) => {
        const line = aLine();
        take(line, taken);
        seals += sealsOf(line).length;
        expect(sealed(line.rebuild().ledger)).toEqual(sealed(line.ledger));
      }),
      { numRuns: 60 },
    );
    expect(seals).toBeGreaterThan(0);
  });

  it("are one chain, whatever comes when and however often the process starts anew", () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const first = aLine();
        take(first, before);
        const line = first.restart();
        take(line, after);
        const made = sealsOf(line);
        expect(made.map(({ number }) => number)).toEqual(made.map((_, index) => index + 1));
        expect(made.map(({ previousDigest }) => previousDigest)).toEqual(
          made.map((_, index) => made[index - 1]?.digest ?? null),
        );
      }),
      { numRuns: 40 },
    );
  });
});
