import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readLines } from "../../../src/commands/read-lines.ts";
import { temporaryFolder } from "../../support/disk.ts";

/** Above what is read of a file at once. */
const LINE_BYTES_MAX = 100_000;

async function linesOf(text: string): Promise<readonly string[]> {
  const path = join(await temporaryFolder(), "events.ndjson");
  await writeFile(path, text);
  const lines: string[] = [];
  for await (const line of readLines(path, LINE_BYTES_MAX)) lines.push(line);
  return lines;
}

describe("the lines of a file", () => {
  it.each([
    ["", []],
    ["\n", [""]],
    ["a\r\n\nb", ["a", "", "b"]],
    ["a\u2028b\n", ["a\u2028b"]],
    [`${"é".repeat(49_999)}x\n`.repeat(3), Array(3).fill(`${"é".repeat(49_999)}x`)],
  ])("end at line feeds alone, also where they are read in parts (%#)", async (text, lines) => {
    expect(await linesOf(text)).toEqual(lines);
  });

  it("may have so many bytes each, and one with a byte more is named, with the limit", async () => {
    // The sizes alone: whoever shows what a failed test got would show the lines.
    const sizesOf = async (sizeBytes: number): Promise<readonly number[]> =>
      (await linesOf(`{}\n${"x".repeat(sizeBytes)}\n{}\n`)).map(({ length }) => length);
    for (const sizeBytes of [LINE_BYTES_MAX - 1, LINE_BYTES_MAX])
      expect(await sizesOf(sizeBytes)).toEqual([2, sizeBytes, 2]);
    await expect(sizesOf(LINE_BYTES_MAX + 1)).rejects.toThrow(
      new RangeError(`line 2 is longer than ${LINE_BYTES_MAX} bytes`),
    );
  });
});
