import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../src/model/normalization.ts";
import type { Source } from "../../../src/model/record.ts";
import { factsOf } from "../../../src/normalize/normalizers.ts";
import { normalizeRecord } from "../../../src/normalize/record.ts";
import { createTestLine, type TestLine } from "../../support/correlate-line.ts";
import { eventsOf, normalizers, SETS } from "../../support/labelled.ts";
import { mutate, mutations } from "../../support/mutate.ts";

const RUNS = Number(process.env["CHAPERONE_FUZZ_RUNS"] ?? 25);
/** One in so many records is damaged, so that the rest still opens and closes grants. */
const DAMAGED_ONE_IN = 4;

describe.each(SETS)("real records of %s, some of them damaged", (set, cluster, policy) => {
  it("stop nothing: each is journaled once, nothing is held for good, and the ledger is still a fold of the journal", async () => {
    const sources: readonly Source[] = [
      { name: "teleport", dialect: "teleport", cluster: null },
      { name: "audit", dialect: "kubernetes-audit", cluster },
    ];
    const records = (
      await Promise.all(
        sources.map(async (source) => {
          const events = await eventsOf(set, source);
          return events.map(({ event }) => ({ source, bytes: event.original?.bytes ?? NOTHING }));
        }),
      )
    ).flat();
    const one = fc.tuple(fc.constantFrom(...records), mutations, fc.nat(DAMAGED_ONE_IN - 1));
    const batch = fc.array(one, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 12 }), (batches) => {
        const events = batches.map((taken) =>
          taken.flatMap(([{ source, bytes }, changes, chance]) =>
            eventOf(source, chance === 0 ? mutate(bytes, changes) : bytes),
          ),
        );
        const line = createTestLine({ policy, factsOf: (event) => factsOf(normalizers, event) });
        for (const of of events) line.feed(of);
        line.advance({ evidence: Infinity, isEvidenceIdle: true });
        expect(line.correlator.heldCount).toBe(0);
        const ids = visibleIds(line);
        for (const { event } of events.flat()) expect(ids.has(event.id)).toBe(true);
        const rebuilt = line.rebuild();
        expect(rebuilt.correlator.heldCount).toBe(0);
        expect(rebuilt.feed(events.flat()).entries.filter(({ event }) => hasVendor(event))).toEqual(
          [],
        );
      }),
      { numRuns: RUNS },
    );
  });
});

const NOTHING = new Uint8Array();

function eventOf(source: Source, bytes: Uint8Array): readonly NormalizedEvent[] {
  const record = { bytes, position: "0", observedAt: 0, truncatedFromBytes: null };
  const by = { normalizer: normalizers[source.dialect], organization: "acme" };
  const event = normalizeRecord(by, record, source);
  return event === null ? [] : [event];
}

function visibleIds(line: TestLine): ReadonlySet<string> {
  return new Set(line.journal.filter(({ kind }) => kind !== "held").map(({ event }) => event.id));
}

function hasVendor({ labels }: NormalizedEvent["event"]): boolean {
  return labels["vendor"] !== undefined;
}
