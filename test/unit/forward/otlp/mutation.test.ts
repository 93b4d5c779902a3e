import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyResponse } from "../../../../src/forward/otlp/classify.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { mutate, mutations } from "../../../support/mutate.ts";

const TYPES = ["application/json", "application/x-protobuf", "text/html", null] as const;
const BODIES = [
  '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}}',
  '{"partial_success":{"rejected_log_records":2}}',
  '{"code":3,"message":"bad record"}',
  Uint8Array.of(0x0a, 0x06, 0x08, 0x02, 0x12, 0x02, 0x6e, 0x6f),
  Uint8Array.of(0x08, 0x03, 0x12, 0x03, 0x62, 0x61, 0x64),
].map((body) => Buffer.from(body));
const STATUSES = [200, 202, 204, 301, 400, 401, 413, 429, 500, 503];
const ANSWER = { retryAfter: null, isWhole: true, fault: null };
const REQUEST = { protocol: "http/protobuf", count: 5, now: 0 } as const;
const CAUSE_LENGTH_MAX = 8_192;

describe("an OTLP answer whose bytes were damaged", () => {
  it("is one of the outcomes that its status allows, in few words", () => {
    const answers = fc.record({
      status: fc.constantFrom(...STATUSES),
      contentType: fc.constantFrom(...TYPES),
      body: fc.tuple(fc.constantFrom(...BODIES), mutations),
    });
    fc.assert(
      fc.property(answers, ({ status, contentType, body: [body, changes] }) => {
        const response = { ...ANSWER, status, contentType, body: mutate(body, changes) };
        const outcome = classifyResponse(response, REQUEST);
        const may = status < 300 ? ["delivered", "partlyRefused", "paused"] : failuresOf(status);
        expect(may).toContain(outcome.status);
        if (outcome.status === "partlyRefused" && "refusedCount" in outcome)
          expect(Number.isSafeInteger(outcome.refusedCount)).toBe(true);
        expect(JSON.stringify(outcome).length).toBeLessThan(CAUSE_LENGTH_MAX);
      }),
      { numRuns: fuzzRuns(400) },
    );
  });

  it("is no success where a count of rejected records is no count", () => {
    const noCount = fc.oneof(
      fc.constantFrom("", " ", [], false, true, "0x0", "1e1", "+0", {}, 0.5),
      fc.jsonValue().filter((value) => typeof value === "object" && value !== null),
    );
    fc.assert(
      fc.property(noCount, (rejectedLogRecords) => {
        const body = Buffer.from(JSON.stringify({ partialSuccess: { rejectedLogRecords } }));
        const response = { ...ANSWER, status: 200, contentType: "application/json", body };
        expect(classifyResponse(response, REQUEST).status).toBe("paused");
      }),
      { numRuns: fuzzRuns(100) },
    );
  });
});

/** A failure's body may say that the way there is wrong, which pauses. */
function failuresOf(status: number): readonly string[] {
  if (status === 413) return ["tooLarge", "paused"];
  return status === 429 || status >= 500 ? ["retry", "paused"] : ["refused", "paused"];
}
