import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openContainerFile } from "../../../src/avro/container-file.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import { containerBlock, containerHeader, isFault } from "../../../src/avro/container.ts";
import { containerTail } from "../../../src/avro/container-tail.ts";
import { headerOf } from "../../../src/avro/container-walk.ts";
import { typeOfSchema } from "../../../src/avro/schemas.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";

const PATH = "/pads.avro";
const SECTOR = 512;
const schema = `"bytes"`;
const type = typeOfSchema(schema);
const SYNC = Buffer.alloc(16, 7);
/** Ends with a zero, which may be all that lies in the last sector. */
const SYNC_WITH_ZERO = Buffer.alloc(16, 7).fill(0, 15);

interface Written {
  readonly faulty: FaultyDisk;
  /** Where the last block begins, and where it ends. */
  readonly from: number;
  readonly end: number;
}

/** A file of three blocks of bytes that no codec makes smaller, which ends so many bytes behind the beginning of a sector. */
async function threeBlocks(behindSector: number, sync: Uint8Array = SYNC): Promise<Written> {
  const header = containerHeader({ schema, codec: "zstandard", sync });
  const block = (padBytes: number) =>
    containerBlock({ count: 1, payload: type.toBuffer(pad(padBytes)), codec: "zstandard", sync });
  const first = await block(1_000);
  for (let padBytes = 3_000; ;) {
    const last = await block(padBytes);
    const bytes = Buffer.concat([header, first, first, last]);
    const end = bytes.byteLength;
    if (end % SECTOR === behindSector) {
      const faulty = createFaultyDisk();
      faulty.add(PATH, bytes);
      return { faulty, from: end - last.byteLength, end };
    }
    padBytes += (behindSector - (end % SECTOR) + SECTOR) % SECTOR;
  }
}

function pad(sizeBytes: number): Buffer {
  const parts = Array.from({ length: Math.ceil(sizeBytes / 64) }, (_, n) =>
    Buffer.from(hash("sha512", String(n), "hex"), "hex"),
  );
  return Buffer.concat(parts).subarray(0, sizeBytes);
}

/** What opening the file cuts off. */
async function cutBytes({ faulty }: Written): Promise<number> {
  const file = await openContainerFile(faulty.disk, PATH, { schema, codec: "zstandard" });
  await file.close();
  return file.cutBytes;
}

/** The first sector that begins so many bytes or more behind the beginning of the last block. */
const sectorBehind = ({ from }: Written, bytes: number): number =>
  Math.ceil((from + bytes) / SECTOR) * SECTOR;

function change(written: Written, changed: (bytes: Uint8Array) => Uint8Array): Written {
  written.faulty.corrupt(PATH, changed);
  return written;
}

function wrongBit(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}

describe("the last block of a container file, all of whose marker is there", () => {
  it.each([0, 1, 100])(
    "is the rest of a write where a whole sector of it is zero (the file ends %i bytes behind a sector)",
    async (behindSector) => {
      for (const bytes of [1, 600, 1_800]) {
        const written = await threeBlocks(behindSector);
        const at = sectorBehind(written, bytes);
        change(written, (all) => all.fill(0, at, at + SECTOR));
        expect(await cutBytes(written)).toBe(written.end - written.from);
      }
    },
  );

  it.each([0, 1, 100])(
    "is kept for readers to report where it has a wrong bit (the file ends %i bytes behind a sector)",
    async (behindSector) => {
      const written = await threeBlocks(behindSector, SYNC_WITH_ZERO);
      change(written, (all) => wrongBit(all, written.from + 700));
      expect(await cutBytes(written)).toBe(0);
    },
  );

  it("is the rest of a write where all of its sectors but the first are zero, with its marker", async () => {
    const written = await threeBlocks(100);
    change(written, (all) => all.fill(0, sectorBehind(written, 1)));
    expect(await cutBytes(written)).toBe(written.end - written.from);
  });

  it("is kept where a part of a sector is zero", async () => {
    const written = await threeBlocks(100);
    const at = sectorBehind(written, 1);
    change(written, (all) => all.fill(0, at + 1, at + SECTOR));
    expect(await cutBytes(written)).toBe(0);
  });

  it("is kept with a wrong bit in it also where the rest of a write follows", async () => {
    const written = await threeBlocks(100);
    const { from } = written;
    change(written, (all) => Buffer.concat([wrongBit(all, from + 700), Buffer.alloc(2_000)]));
    expect(await cutBytes(written)).toBe(2_000);
  });

  it("is kept where it is sound, whatever is in it", async () => {
    const faulty = createFaultyDisk();
    const options = { schema, codec: "null" } as const;
    const file = await openContainerFile(faulty.disk, PATH, options);
    await file.append([type.toBuffer(Buffer.alloc(2_000))]);
    await file.close();
    expect((await openContainerFile(faulty.disk, PATH, options)).cutBytes).toBe(0);
  });
});

describe("the last block of a container file with a wrong bit in its marker", () => {
  it.each([0, 1, 100])(
    "is no rest of a write (the file ends %i bytes behind a sector)",
    async (behindSector) => {
      const written = await threeBlocks(behindSector);
      change(written, (all) => wrongBit(all, written.end - 16));
      const before = written.faulty.bytes(PATH);
      await expect(cutBytes(written)).rejects.toMatchObject({ problem: "damaged" });
      expect(written.faulty.bytes(PATH)).toEqual(before);
    },
  );
});

describe("the last block of a container file with a size that is too large by a wrong bit", () => {
  it("is no rest of a write: its marker is there", async () => {
    const written = await threeBlocks(100);
    // Behind the number of records stands the size, the lowest seven bits of it first.
    change(written, (all) => all.map((byte, at) => (at === written.from + 2 ? byte | 0x40 : byte)));
    const before = written.faulty.bytes(PATH);
    await expect(cutBytes(written)).rejects.toMatchObject({ problem: "damaged" });
    expect(written.faulty.bytes(PATH)).toEqual(before);
  });
});

describe("what the last run may have left undurable", () => {
  it.each([0, 1, 2, 3])(
    "of a file with %i blocks is the last one, with the header where it is the first",
    async (count) => {
      const { faulty } = await threeBlocks(100);
      const file = await faulty.disk.open(PATH, "update");
      const header = await headerOf(file);
      if (isFault(header)) return expect.unreachable();
      const { blocks } = await containerTail(file, header);
      await file.truncate(blocks[count]?.offsetBytes ?? (await file.sizeBytes()));
      const { lastBytes } = await containerTail(file, header);
      expect(lastBytes).toBe(count < 2 ? 0 : blocks[count - 1]?.offsetBytes);
    },
  );
});

describe("a container file with a header that is longer than most", () => {
  it("is read and appended to like any other", async () => {
    const faulty = createFaultyDisk();
    const long = JSON.stringify({ type: "bytes", doc: "x".repeat(200_000) });
    for (const text of ["a", "b"]) {
      const file = await openContainerFile(faulty.disk, PATH, { schema: long, codec: "zstandard" });
      expect(file.cutBytes).toBe(0);
      await file.append([type.toBuffer(Buffer.from(text))]);
      await file.close();
    }
    const values: unknown[] = [];
    const reading = { schema, onFault: () => expect.unreachable() };
    for await (const { value } of readContainerFile<Uint8Array>(faulty.disk, PATH, reading))
      values.push(Buffer.from(value).toString());
    expect(values).toEqual(["a", "b"]);
  });
});
