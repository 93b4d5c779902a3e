import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { saveDocument } from "../../../../src/platform/document.ts";
import { createRedriveRequests } from "../../../../src/relay/redrive/requests.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { mutate, mutations } from "../../../support/mutate.ts";

const FOLDER = "/data/redrive";
const PATH = `${FOLDER}/one.request.json`;
const FILTER = { pipeline: "siem", cause: "refused" };
const KNOWN = ["pipeline", "eventId", "cause"];

describe("an order to redrive", () => {
  it("whose bytes were damaged is the same order or none: never one for more events", async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const faulty = createFaultyDisk();
        const { disk } = faulty;
        const requests = createRedriveRequests(disk, FOLDER);
        await requests.ask("one", FILTER);
        faulty.corrupt(PATH, (bytes) => mutate(bytes, changes));
        expect([null, FILTER]).toContainEqual(await requests.filterOf("one"));
      }),
      { numRuns: fuzzRuns(100) },
    );
  });

  it("of any other content narrows by texts that are known, or is none", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())), async (filter) => {
        const { disk } = createFaultyDisk();
        await disk.makeFolder(FOLDER);
        await saveDocument(disk, PATH, { filter });
        const read = await createRedriveRequests(disk, FOLDER).filterOf("one");
        if (read === null) return;
        expect(Array.isArray(filter)).toBe(false);
        expect(read).toEqual(filter);
        for (const [key, value] of Object.entries(read)) {
          expect(KNOWN).toContain(key);
          expect(typeof value).toBe("string");
        }
      }),
      { numRuns: fuzzRuns(100) },
    );
  });
});

const COUNTS = {
  pipeline: "siem",
  asked: 3,
  suspects: 1,
  delivered: 1,
  refused: 0,
  problem: "the endpoint is paused",
};
const ANSWER = {
  report: { pipelines: [COUNTS] },
  endedAt: 1_763_950_000_000_000,
  error: { code: "REDRIVE_FAILED", message: "no" },
};

describe("an answer to an order", () => {
  it("is read as it was written, while it goes on and at its end", async () => {
    for (const answer of [ANSWER, { ...ANSWER, endedAt: null, error: null }])
      expect(await answerFrom(answer)).toEqual(answer);
    const failed = { ...ANSWER, error: { code: null, message: "no" } };
    expect(await answerFrom(failed)).toEqual(failed);
  });

  it("of a newer process is read without what is not known", async () => {
    const answer = await answerFrom({
      report: { pipelines: [{ ...COUNTS, speed: 7 }], speed: 7 },
      endedAt: null,
      error: { code: "NOT_KNOWN_YET", message: "no", hint: "none" },
      speed: 7,
    });
    expect(answer).toEqual({
      report: { pipelines: [COUNTS] },
      endedAt: null,
      error: { code: null, message: "no" },
    });
  });

  it.each<readonly [string, unknown]>([
    ["null", null],
    ["no object", "done"],
    ["nothing", {}],
    ["no report", { ...ANSWER, report: null }],
    ["no pipelines", { ...ANSWER, report: { pipelines: {} } }],
    ...Object.keys(COUNTS).map(
      (key) =>
        [
          `counts without "${key}"`,
          { ...ANSWER, report: { pipelines: [{ ...COUNTS, [key]: undefined }] } },
        ] as const,
    ),
    ["counts that are none", { ...ANSWER, report: { pipelines: [COUNTS, null] } }],
    ["a negative count", { ...ANSWER, report: { pipelines: [{ ...COUNTS, asked: -1 }] } }],
    ["a count that is a text", { ...ANSWER, report: { pipelines: [{ ...COUNTS, asked: "3" }] } }],
    ["a time that is a text", { ...ANSWER, endedAt: "now" }],
    ["no time", { report: ANSWER.report, error: null }],
    ["an error without a message", { ...ANSWER, error: { code: null } }],
    ["an error whose code is a number", { ...ANSWER, error: { code: 1, message: "no" } }],
  ])("is none where it has %s", async (_, content) => {
    expect(await answerFrom(content)).toBeNull();
  });
});

async function answerFrom(content: unknown): Promise<unknown> {
  const { disk } = createFaultyDisk();
  await disk.makeFolder(FOLDER);
  await saveDocument(disk, `${FOLDER}/one.answer.json`, content);
  return createRedriveRequests(disk, FOLDER).answerOf("one");
}
