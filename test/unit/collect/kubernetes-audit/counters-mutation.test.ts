import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCounterLines } from "../../../../src/collect/kubernetes-audit/completeness/counters.ts";
import { readFailures } from "../../../../src/collect/kubernetes-audit/completeness/saved-failures.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { mutate, mutations } from "../../../support/mutate.ts";

const METRICS = `# HELP apiserver_audit_event_total Counter
apiserver_audit_event_total 1.2478e+04
apiserver_audit_error_total{plugin="buffered"} 9104
apiserver_audit_error_total{plugin="log"} 5
`;
const SAVED = { version: 1, to: 1_795_315_880, failed: [["https://a:6443", 5]] };

describe("an API server's counters whose bytes were damaged", () => {
  it("are whole numbers that are not negative, or none", () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const counters = createCounterLines();
        const text = Buffer.from(mutate(Buffer.from(METRICS), changes)).toString();
        for (const line of text.split("\n")) counters.push(line);
        const read = counters.read();
        if (read === null) return;
        for (const count of [read.made, read.failed]) {
          expect(Number.isSafeInteger(count)).toBe(true);
          expect(count).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it.each(["abc", "-5", "NaN", "+Inf", ""])(
    "are none where one is %j, not those of the other lines",
    (count) => {
      const counters = createCounterLines();
      counters.push("apiserver_audit_event_total 7");
      counters.push(`apiserver_audit_error_total{plugin="webhook"} ${count}`);
      expect(counters.read()).toBe(null);
    },
  );
});

describe("what API servers had failed to send, in a checkpoint that was damaged", () => {
  it("is read as it was saved, or is told as unreadable", () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const document = parsed(mutate(Buffer.from(JSON.stringify(SAVED)), changes));
        if (document === undefined) return;
        try {
          const read = readFailures("audit", document);
          expect([null, document]).toContain(read);
          for (const [endpoint, count] of read?.failed ?? []) {
            expect(typeof endpoint).toBe("string");
            expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
          }
        } catch (error) {
          expect(error).toMatchObject({ code: "CHECKPOINT_UNREADABLE" });
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
