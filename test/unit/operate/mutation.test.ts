import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { samplesOf } from "../../../src/operate/samples.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { mutate, mutations } from "../../support/mutate.ts";

const FIRST = 'chaperone_events_held{organization="acme"} 2.5';
const METRICS = `${FIRST}
# HELP chaperone_records_read_total Records.
chaperone_records_read_total{source="a \\"quoted\\"\\\\name, with=\\"labels\\"}",kind="é"} 7
chaperone_lag_seconds_bucket{le="+Inf"} +Inf 1795315880000
`;

describe("metrics whose bytes were damaged", () => {
  it("give samples of whole lines, and those before the damage as they were", () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const damaged = Buffer.from(mutate(Buffer.from(METRICS), changes));
        const samples = samplesOf(`${FIRST}\n${damaged.toString()}`);
        expect(samples[0]).toEqual(samplesOf(FIRST)[0]);
        expect(samples.length).toBeLessThanOrEqual(damaged.toString().split("\n").length + 1);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it("leave out a line of which a label or the number cannot be read: without it, it would be another series", () => {
    for (const line of ['a{b="c",d} 1', "a{b=c} 1", "a x", "a 0x10", "a 1e", "a{} 1,5"])
      expect(samplesOf(line), line).toEqual([]);
    expect(samplesOf("a +Inf\nb -Inf\nc NaN").map(({ value }) => value)).toEqual([
      Infinity,
      -Infinity,
      NaN,
    ]);
  });
});
