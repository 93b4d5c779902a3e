import { describe, expect, it } from "vitest";
import { walkBlocks } from "../../../src/avro/container-walk.ts";
import { SYNC_BYTES, frameBlock } from "../../../src/avro/container.ts";
import { encodeLong } from "../../../src/avro/long.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";

const SYNC = Buffer.alloc(SYNC_BYTES, 0xee);
const MIB = 1024 * 1024;

/** A block of so many bytes, its marker included, that holds nothing of interest. */
function blockOf(sizeBytes: number): Uint8Array {
  for (let headBytes = 2; ; headBytes += 1) {
    const data = Buffer.alloc(sizeBytes - headBytes - SYNC_BYTES);
    const block = frameBlock({ count: 1, data, sync: SYNC });
    if (block.byteLength === sizeBytes) return block;
  }
}

/** What a walk finds from the beginning on: offsets of blocks, and of faults by their kind. */
async function walk(...parts: readonly Uint8Array[]): Promise<readonly unknown[]> {
  const { disk } = createFaultyDisk();
  const file = await disk.open("/blocks", "write");
  await file.write(Buffer.concat(parts), 0);
  const found: unknown[] = [];
  for await (const place of walkBlocks(file, SYNC, { fromBytes: 0 }))
    found.push("kind" in place ? { [place.kind]: place.offsetBytes } : place.offsetBytes);
  await file.close();
  return found;
}

describe("a walk along the blocks of a container file", () => {
  it.each([100, MIB - 17, MIB - 16, MIB - 15, MIB - 8, MIB - 1, MIB, 3 * MIB])(
    "goes on behind a damaged block, wherever its marker lies (at byte %i)",
    async (marker) => {
      const damaged = blockOf(marker + SYNC_BYTES).fill(0, 0, 2);
      const [sound, other] = [blockOf(100), blockOf(200)];
      const at = damaged.byteLength;
      expect(await walk(damaged, sound, other)).toEqual([{ damaged: 0 }, at, at + 100]);
    },
  );

  it("loses no block behind one whose size has a wrong bit, wherever that leads", async () => {
    const blocks = [blockOf(20_000), blockOf(120), blockOf(140), blockOf(700_000)];
    const offsets = [0, 20_000, 20_120, 20_260];
    // Behind the count, a byte, stands the size in three, with seven bits each.
    for (let bit = 0; bit < 21; bit += 1) {
      const [first = new Uint8Array(), ...rest] = blocks;
      const wrong = Uint8Array.from(first);
      const at = 1 + Math.floor(bit / 7);
      wrong[at] = (wrong[at] ?? 0) ^ (1 << (bit % 7));
      const found = await walk(wrong, ...rest);
      expect(found.slice(1), `bit ${bit}`).toEqual(offsets.slice(1));
      expect(found[0]).not.toBe(0);
    }
  });

  it("takes a block for torn where the file ends in the count, in the size, in the data or in the marker", async () => {
    const whole = frameBlock({ count: 100, data: Buffer.alloc(200), sync: SYNC });
    for (let cut = 1; cut < whole.byteLength; cut += 1)
      expect(await walk(blockOf(100), whole.subarray(0, cut)), `cut at byte ${cut}`).toEqual([
        0,
        { torn: 100 },
      ]);
  });

  it.each([
    ["no records", 0, 5],
    ["a number of records below zero", -1, 5],
    ["no bytes", 5, 0],
    ["a number of bytes below zero", 5, -5],
  ])("takes a block of %s for damaged", async (_what, count, size) => {
    const head = Buffer.concat([encodeLong(count), encodeLong(size)]);
    const found = await walk(
      Buffer.concat([head, Buffer.alloc(Math.max(0, size)), SYNC]),
      blockOf(100),
    );
    expect(found[0]).toEqual({ damaged: 0 });
    expect(found).toHaveLength(2);
  });
});
