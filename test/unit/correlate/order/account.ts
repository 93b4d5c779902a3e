import { at } from "../../../support/correlate.ts";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { factsOfAll } from "../../../support/grant-sources.ts";
import { STORY_POLICY } from "./scene.ts";

export function storyLine(): TestLine {
  return createTestLine({ policy: STORY_POLICY, factsOf: factsOfAll });
}

/** One record at a time, in the order in which they happened. */
export function inOrderOfTime(records: readonly NormalizedEvent[]): TestLine {
  const line = storyLine();
  for (const record of records.toSorted(byTime)) line.feed(record);
  return settled(line);
}

function byTime(a: NormalizedEvent, b: NormalizedEvent): number {
  return a.event.occurredAt - b.event.occurredAt || (a.event.id < b.event.id ? -1 : 1);
}

/** The end of the input, when everything has come as far as it can: what does not come by a time is a finding too. */
export function settled(line: TestLine): TestLine {
  line.advance({ evidence: at(1e6) });
  for (let round = 0; round < 20; round++) {
    const { entries } = line.advance({ evidence: Infinity, isEvidenceIdle: true });
    if (entries.length === 0) return line;
  }
  throw new Error("The line does not come to rest");
}

/** By the events' ids. */
export function verdictsOf(line: TestLine, records: readonly NormalizedEvent[]): unknown {
  return Object.fromEntries(records.map(({ event: { id } }) => [id, line.finalVerdict(id)]));
}

/** What stands, beside the number of its edition. */
export function findingsOf(line: TestLine): unknown {
  return line
    .findings()
    .map(({ id, detail, labels }) => {
      if (detail === null || !("finding" in detail)) return null;
      const { number: _, firstId, ...said } = detail.finding;
      return { id: firstId ?? id, vendor: labels["vendor"], ...said };
    })
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
