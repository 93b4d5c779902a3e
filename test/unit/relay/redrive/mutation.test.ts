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
