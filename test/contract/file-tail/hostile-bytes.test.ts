import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { startTail } from "./harness.ts";

const LINE_BYTES_MAX = 24;
const HEAD_BYTES = 5;

/** What comes of a line: its bytes, or its head, its length and its digest. */
interface Expected {
  readonly text: string;
  readonly offset: number;
  readonly truncatedFromBytes: number | null;
  readonly sha256: string | undefined;
}

/** Of a text whose characters are its bytes. */
function linesOf(text: string): readonly Expected[] {
  const lines: Expected[] = [];
  let offset = 0;
  for (const [index, each] of text.split("\n").entries()) {
    const line = each.replace(/^\0+/, "");
    const isLong = line.length > LINE_BYTES_MAX;
    const isRest = index === text.split("\n").length - 1;
    if (!isRest || line !== "")
      lines.push({
        text: isLong ? line.slice(0, HEAD_BYTES) : line,
        offset: offset + each.length - line.length,
        truncatedFromBytes: isLong ? line.length : null,
        sha256: isLong ? hash("sha256", Buffer.from(line, "latin1")) : undefined,
      });
    offset += each.length + 1;
  }
  return lines;
}

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("\n", "\0", "\r\n", "a", "{}", "\xff\xfe", "\0\n") },
  fc.string({ maxLength: LINE_BYTES_MAX }),
  fc.integer({ min: LINE_BYTES_MAX - 1, max: 200 }).map((length) => "x".repeat(length)),
);
const limits = fc.record({
  chunkBytes: fc.integer({ min: 1, max: 60 }),
  batchRecordsMax: fc.integer({ min: 1, max: 5 }),
  batchBytesMax: fc.integer({ min: 1, max: 60 }),
  skipBytesMax: fc.integer({ min: 1, max: 60 }),
});

it("whatever bytes a file has, and however it is read: every line comes once and in order, whole or as head, digest and length", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), limits, async (pieces, bounds) => {
      const folder = await temporaryFolder();
      const text = Buffer.from(pieces.join(""), "latin1").toString("latin1");
      await writeFile(join(folder, "a.log"), Buffer.from(text, "latin1"));
      const tail = await startTail({
        folder,
        stopAtEnd: true,
        options: { lineBytesMax: LINE_BYTES_MAX },
        limits: { ...bounds, headBytes: HEAD_BYTES },
      });
      await tail.run;
      const read = tail.records.map(
        ({ bytes, position, truncatedFromBytes, wholeSha256 }): Expected => ({
          text: Buffer.from(bytes).toString("latin1"),
          offset: Number(position.split(":").at(-1)),
          truncatedFromBytes,
          sha256: wholeSha256,
        }),
      );
      expect(read).toEqual(linesOf(text));
      expect(tail.gaps).toEqual([]);
    }),
    { numRuns: fuzzRuns(150) },
  );
});
