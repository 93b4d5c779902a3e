import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadDocument, saveDocument } from "../../../src/platform/document.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { mutate, mutations } from "../../support/mutate.ts";

const PATH = "/place.json";
const CONTENT = { version: 1, files: [{ path: "/log/zoë.log", offset: 100, isMoved: false }] };

describe("a document whose bytes were damaged", () => {
  it("is unreadable, or still says what was saved: never anything else", async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const faulty = createFaultyDisk();
        const { disk } = faulty;
        await saveDocument(disk, PATH, CONTENT);
        faulty.corrupt(PATH, (bytes) => mutate(bytes, changes));
        const loaded = await loadDocument(disk, PATH);
        if (loaded.status === "loaded") expect(loaded.content).toEqual(CONTENT);
        else expect(loaded.status).toBe("unreadable");
      }),
      { numRuns: fuzzRuns(300) },
    );
  });
});
