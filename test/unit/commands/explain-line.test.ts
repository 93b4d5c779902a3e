import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readLine } from "../../../src/commands/explain-line.ts";
import { temporaryFolder } from "../../support/disk.ts";

const LINE_BYTES_MAX = 64 * 1024 * 1024;

it("a line of up to 64 MiB can be explained, and of one byte more is refused with the limit", async () => {
  const file = join(await temporaryFolder(), "audit.log");
  writeFileSync(file, "{}\n");
  // The size alone: whoever shows what a failed test got would show 64 MiB.
  const sizeOf = async (line: string): Promise<number> => (await readLine(file, line)).length;
  for (const sizeBytes of [LINE_BYTES_MAX - 1, LINE_BYTES_MAX]) {
    truncateSync(file, 3 + sizeBytes);
    expect(await sizeOf("2")).toBe(sizeBytes);
  }
  truncateSync(file, 3 + LINE_BYTES_MAX + 1);
  await expect(sizeOf("2")).rejects.toThrow(`longer than ${LINE_BYTES_MAX} bytes`);
  expect(await sizeOf("1")).toBe(2);
});
