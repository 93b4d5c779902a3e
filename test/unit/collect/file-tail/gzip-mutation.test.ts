import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openGzip } from "../../../../src/collect/file-tail/gzip-content.ts";
import { temporaryFolder } from "../../../support/disk.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { mutate, mutations } from "../../../support/mutate.ts";

const [FIRST, SECOND] = [1, 2].map((member) =>
  Buffer.from(Array.from({ length: 60 }, (_, n) => `{"line":${n},"of":${member}}\n`).join("")),
) as [Buffer, Buffer];
const MEMBERS = [gzipSync(FIRST), gzipSync(SECOND)];
const PLAIN_BYTES_MAX = 1024 * 1024;

describe("a compressed file of which a later member was damaged", () => {
  it("gives all of the sound members before it as they were, then comes to an end", async () => {
    const path = join(await temporaryFolder(), "audit.log.gz");
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const [sound = Buffer.alloc(0), later = Buffer.alloc(0)] = MEMBERS;
        await writeFile(path, Buffer.concat([sound, mutate(later, changes)]));
        const content = await openGzip(path);
        try {
          const end = await content.reach(PLAIN_BYTES_MAX);
          const fault = await content.finish();
          expect(await content.reach(PLAIN_BYTES_MAX)).toBeGreaterThanOrEqual(end);
          expect(end).toBeLessThan(PLAIN_BYTES_MAX);
          expect(end).toBeGreaterThanOrEqual(FIRST.length);
          expect((await content.read(0, FIRST.length)).equals(FIRST)).toBe(true);
          if (fault === null) return;
          expect(fault).not.toBe("");
        } finally {
          await content.close();
        }
      }),
      { numRuns: fuzzRuns(30) },
    );
  });
});
