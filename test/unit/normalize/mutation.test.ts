import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEvent, encodeEvent } from "../../../src/avro/event.ts";
import type { Dialect, Source } from "../../../src/model/record.ts";
import { normalizeRecord } from "../../../src/normalize/record.ts";
import { corpusOf } from "../../support/corpus.ts";
import { mutate, mutations } from "../../support/mutate.ts";
import {
  KUBERNETES_SOURCE,
  NORMALIZERS,
  ORGANIZATION,
  recordOf,
  TELEPORT_SOURCE,
} from "./records.ts";

const RUNS = Number(process.env["CHAPERONE_FUZZ_RUNS"] ?? 3_000);

const sources: readonly (readonly [Dialect, Source])[] = [
  ["kubernetes-audit", KUBERNETES_SOURCE],
  ["teleport", TELEPORT_SOURCE],
];

describe.each(sources)("a real record of %s that was damaged", (dialect, source) => {
  const records = corpusOf(dialect);
  const damaged = fc
    .tuple(fc.constantFrom(...records), mutations, fc.constantFrom(...records))
    .map(([record, changes, other]) => mutate(record, changes, other));
  const by = { normalizer: NORMALIZERS[dialect], organization: ORGANIZATION };

  it("is one event with all its bytes, or blank: never a throw, and never what Avro cannot carry", () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const normalized = normalizeRecord(by, recordOf(bytes), source);
        if (normalized === null) {
          expect(Buffer.from(bytes).toString("latin1").trim()).toBe("");
          return;
        }
        const { event, facts } = normalized;
        expect(event.original?.bytes).toEqual(bytes);
        expect(decodeEvent(encodeEvent(event))).toEqual(event);
        expect(NORMALIZERS[dialect].facts(event)).toEqual(facts);
        expect(JSON.stringify({ ...event, original: null }).isWellFormed()).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it("is the same event when it is read again, at another place and another time", () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const again = { ...recordOf(Uint8Array.from(bytes)), position: "1:2:3", observedAt: 7 };
        const [one, two] = [recordOf(bytes), again].map((record) =>
          normalizeRecord(by, record, source),
        );
        expect(two?.event.id).toBe(one?.event.id);
      }),
      { numRuns: RUNS / 3 },
    );
  });
});
