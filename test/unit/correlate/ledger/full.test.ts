import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createLedger, type RowsMax } from "../../../../src/correlate/ledger/ledger.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { at } from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";
import { ENDED, SOURCES, upTo } from "../../../support/dossier-story.ts";
import { factsOfAll } from "../../../support/grant-sources.ts";
import { STORY_POLICY } from "../order/scene.ts";
import { type Group, STORY } from "../order/scenes.ts";

/** What waits has a bound of its own (`hold.heldEventsMax`), below that of these. */
const OF_HOLDS = new Set(["holds", "heldEvents", "heldOriginals"]);
const TABLES = Object.keys(createLedger(new DatabaseSync(":memory:"))).filter(
  (name) => name !== "commitment" && !OF_HOLDS.has(name),
);

/** Rows that each table has room for. */
const FULL: fc.Arbitrary<RowsMax> = fc.record(
  Object.fromEntries(TABLES.map((name) => [name, fc.constantFrom(1, 3, 1_000)])),
);

/** After every batch: what is written makes room. */
const STEPS = fc.array(fc.constantFrom("nothing", "watermark", "restart", "rebuild"), {
  minLength: 1,
  maxLength: 6,
});

function idsOf(groups: readonly Group[]): ReadonlySet<string> {
  return new Set(groups.flatMap(({ records }) => records.map(({ event }) => event.id)));
}

it("a ledger that has let go of anything ends nothing, and every event comes out with a verdict", () => {
  fc.assert(
    fc.property(STORY, FULL, STEPS, (groups, rowsMax, steps) => {
      const options = { policy: STORY_POLICY, factsOf: factsOfAll, sources: SOURCES, rowsMax };
      let line = createTestLine(options);
      for (const [index, { records }] of groups.entries()) {
        line.feed(records);
        const step = steps[index % steps.length];
        if (step === "watermark") line.advance(upTo(100 + index));
        if (step === "restart") line = line.restart();
        if (step === "rebuild") line = line.rebuild();
      }
      line.advance({ ...upTo(1e6), evidence: at(1e6) });
      for (let round = 0; round < 4; round++) line.advance(ENDED);
      const out = new Set(
        line.journal.filter(({ kind }) => kind !== "held").map(({ event }) => event.id),
      );
      expect([...idsOf(groups)].filter((id) => !out.has(id))).toEqual([]);
    }),
    { numRuns: fuzzRuns(60) },
  );
}, 3_600_000);
