import { describe, expect, it } from "vitest";
import { createBlockCache } from "../../../src/journal/local/block-cache.ts";
import type { LocalEntry } from "../../../src/journal/local/entry.ts";

const MIB = 1024 * 1024;

/** A cache, and reads of blocks by their offset, each with one entry of this size. */
function aCache(decodedBytes: number): {
  read: (offset: number) => Promise<unknown>;
  reads: number[];
} {
  const cache = createBlockCache();
  const reads: number[] = [];
  return {
    reads,
    read: (offsetBytes) => {
      // On disk hardly anything, as a long line of one word is.
      const place = { offsetBytes, endBytes: offsetBytes + 100, dataBytes: 90, count: 1 };
      const block = { place, first: 1 } as Parameters<typeof cache.entries>[1];
      return cache.entries("segment", block, () => {
        reads.push(offsetBytes);
        return Promise.resolve([{ sizeBytes: decodedBytes } as LocalEntry]);
      });
    },
  };
}

describe("blocks that were read lately", () => {
  it("are kept up to 16 MiB of what they hold, however little that takes on disk", async () => {
    const { read, reads } = aCache(8 * MIB);
    for (const offset of [0, 100, 200]) await read(offset);
    for (const offset of [200, 100, 0]) await read(offset);
    expect(reads).toEqual([0, 100, 200, 0]);
  });

  it("that hold exactly 16 MiB are all kept", async () => {
    const { read, reads } = aCache(8 * MIB);
    for (const offset of [0, 100, 0, 100]) await read(offset);
    expect(reads).toEqual([0, 100]);
  });

  it("are kept one at least, whatever it holds", async () => {
    const { read, reads } = aCache(64 * MIB);
    for (const offset of [0, 0, 100, 100, 0]) await read(offset);
    expect(reads).toEqual([0, 100, 0]);
  });

  it("are 64 at most, however small they are", async () => {
    const { read, reads } = aCache(1);
    for (let offset = 0; offset < 65; offset++) await read(offset);
    await read(64);
    await read(0);
    expect(reads.length).toBe(66);
  });

  it("are read again where the disk did not give them the first time, or gave them damaged", async () => {
    const cache = createBlockCache();
    const place = { offsetBytes: 0, dataOffsetBytes: 3, dataBytes: 90, endBytes: 109, count: 1 };
    const sound = [{ sizeBytes: 1 } as LocalEntry];
    const fault = { kind: "damaged", offsetBytes: 0, cause: "a bit is wrong" } as const;
    const answers = [
      () => Promise.reject(new Error("EIO")),
      () => Promise.resolve(fault),
      () => Promise.resolve(sound),
    ];
    const read = () => cache.entries("segment", { place, first: 1 }, () => answers.shift()!());
    await expect(read()).rejects.toThrow("EIO");
    expect(await read()).toBe(fault);
    expect(await read()).toBe(sound);
    expect(await read()).toBe(sound);
  });

  it("are read once for readers that come at the same time", async () => {
    const { read, reads } = aCache(MIB);
    await Promise.all([read(0), read(0), read(0)]);
    expect(reads).toEqual([0]);
  });
});
