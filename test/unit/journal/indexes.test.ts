import { expect, test } from "vitest";
import { createIndexes } from "../../../src/journal/local/indexes.ts";
import { newSegment } from "../../../src/journal/local/segment.ts";
import type { DiskFile } from "../../../src/ports/disk.ts";

/** Which segments are looked at when their indexes are asked for in this order. */
async function looksAt(asked: readonly number[]): Promise<readonly number[]> {
  const indexes = createIndexes();
  const looked: number[] = [];
  for (const first of asked) {
    const file = {
      read: () => {
        if (looked.at(-1) !== first) looked.push(first);
        return Promise.resolve(new Uint8Array());
      },
    } as unknown as DiskFile;
    await indexes.of(file, newSegment("/journal", first));
  }
  return looked;
}

test("the indexes of the eight segments that were read last are kept, and no more", async () => {
  const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  expect(await looksAt([...nine, 2, 9, 1])).toEqual([...nine, 1]);
});

test("the index that goes is the one that was used longest ago", async () => {
  const eight = [1, 2, 3, 4, 5, 6, 7, 8];
  expect(await looksAt([...eight, 1, 9, 1, 2])).toEqual([...eight, 9, 2]);
});
