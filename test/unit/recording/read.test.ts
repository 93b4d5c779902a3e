import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { RECORDING_LIMITS } from "../../../src/recording/limits.ts";
import { aPart, aSession, framed, record } from "../../support/recording.ts";
import { hexOf, readAll } from "./reading.ts";

const RECORDS = aSession(5);
const HEX = hexOf(RECORDS);

describe("a recording is read record by record", () => {
  it.each([1, 2])("in format version %i", async (version) => {
    const { records, faults } = await readAll(aPart(RECORDS, { version }));
    expect(hexOf(records)).toEqual(HEX);
    expect(faults).toEqual([]);
  });

  it("of several parts, of both versions, with padding between them", async () => {
    const recording = Buffer.concat([
      aPart(RECORDS.slice(0, 2), { padding: 5_000 }),
      aPart(RECORDS.slice(2, 3), { version: 2, padding: 1 }),
      aPart(RECORDS.slice(3)),
    ]);
    const { records, faults } = await readAll(recording);
    expect(hexOf(records)).toEqual(HEX);
    expect(faults).toEqual([]);
  });

  it("with parts that are padding alone, at its beginning, inside and at its end", async () => {
    const padding = aPart([], { body: new Uint8Array(0), padding: 700 });
    const nothing = aPart([], { version: 2, body: new Uint8Array(0) });
    const parts = [padding, aPart(RECORDS.slice(0, 3)), nothing, aPart(RECORDS.slice(3)), padding];
    const { records, faults } = await readAll(Buffer.concat(parts));
    expect(hexOf(records)).toEqual(HEX);
    expect(faults).toEqual([]);
  });

  it("gives all records of parts that overlap: their ids tell which came before", async () => {
    const parts = [aPart(RECORDS.slice(0, 4)), aPart(RECORDS.slice(2))];
    const { records } = await readAll(Buffer.concat(parts));
    expect(hexOf(records)).toEqual([...HEX.slice(0, 4), ...HEX.slice(2)]);
  });

  it.each([1, 23, 8 * 1_024, 70_000])(
    "skips %i zeros that an old version counted as part of the body",
    async (zeros) => {
      const parts = [aPart(RECORDS.slice(0, 3), { zeros }), aPart(RECORDS.slice(3))];
      const { records, faults } = await readAll(Buffer.concat(parts));
      expect(hexOf(records)).toEqual(HEX);
      expect(faults).toEqual([]);
    },
  );

  it("goes on from any place that it gave, with exactly the rest", async () => {
    const parts = [aPart(RECORDS.slice(0, 4), { padding: 9 }), aPart(RECORDS.slice(4))];
    const recording = Buffer.concat(parts);
    const { items } = await readAll(recording);
    for (const [index, { next }] of items.entries()) {
      const rest = await readAll(recording, { from: next });
      expect(hexOf(rest.records)).toEqual(HEX.slice(index + 1));
    }
  });

  it("of a session in which nothing was recorded, which is no fault", async () => {
    expect(await readAll(aPart([]))).toEqual({ items: [], records: [], faults: [] });
  });
});

describe("what cannot be read of a recording is declared, and the rest delivered", () => {
  it("a recording that was cut anywhere gives what is before, and one fault", async () => {
    const first = aPart(RECORDS.slice(0, 3), { padding: 10 });
    const recording = Buffer.concat([first, aPart(RECORDS.slice(3), { version: 2, padding: 3 })]);
    for (let size = 1; size < recording.length; size++) {
      const { records, faults } = await readAll(recording.subarray(0, size));
      const given = hexOf(records);
      expect(given).toEqual(HEX.slice(0, given.length));
      if (size >= first.length) expect(given.length).toBeGreaterThanOrEqual(3);
      expect([size, faults.map(({ what }) => what)]).toEqual([
        size,
        size === first.length ? [] : ["missing"],
      ]);
      for (const { offset, sizeBytes } of faults) {
        expect(offset).toBe(size);
        expect(sizeBytes).toBeGreaterThan(0);
      }
    }
  });

  it("a part whose last byte is missing gives all its records", async () => {
    const { records, faults } = await readAll(aPart(RECORDS).subarray(0, -1));
    expect(hexOf(records)).toEqual(HEX);
    expect(faults).toMatchObject([{ what: "missing", sizeBytes: 1 }]);
  });

  it("an encrypted part is kept as ciphertext, by its flag and by its form", async () => {
    const body = Buffer.concat([Buffer.from("age-encryption.org/v1\n"), Buffer.alloc(300, 7)]);
    const byFlag = aPart([], { version: 2, flags: 1, body: Buffer.alloc(200, 9) });
    const byForm = aPart([], { body });
    const recording = Buffer.concat([byFlag, byForm, aPart(RECORDS)]);
    const { records, faults } = await readAll(recording);
    expect(hexOf(records)).toEqual(HEX);
    expect(faults).toMatchObject([
      { what: "encrypted", offset: 0, sizeBytes: byFlag.length, sha256: sha256(byFlag) },
      { what: "encrypted", offset: byFlag.length, sizeBytes: byForm.length },
    ]);
    expect(hexOf(faults.map(({ bytes }) => bytes))).toEqual(hexOf([byFlag, byForm]));
  });

  it("a flag that is not the encryption's does not make a part encrypted", async () => {
    const { records } = await readAll(aPart(RECORDS, { version: 2, flags: 0b1111_1110 }));
    expect(hexOf(records)).toEqual(HEX);
  });

  it.each([
    ["0", 0n, "which is no format version"],
    ["3", 3n, "its format version is 3: 1 and 2 are known"],
    ["that is a tar file's name", 0x7365_7373_696f_6e2en, '"session."'],
  ])("a version %s is refused, and what stands before is delivered", async (_, version, why) => {
    const other = aPart(RECORDS);
    other.writeBigUInt64BE(version, 0);
    const { records, faults } = await readAll(Buffer.concat([aPart(RECORDS), other]));
    expect(hexOf(records)).toEqual(HEX);
    expect(faults).toMatchObject([
      { what: "refused", why: expect.stringContaining(why) as string },
    ]);
    expect(hexOf([faults[0]?.bytes ?? new Uint8Array(0)])).toEqual(hexOf([other]));
  });

  it("a header whose lengths no file can have is refused", async () => {
    const part = aPart(RECORDS);
    part.writeBigUInt64BE(2n ** 64n - 1n, 8);
    part.writeBigUInt64BE(2n ** 64n - 1n, 16);
    const { faults } = await readAll(part);
    expect(faults).toMatchObject([{ what: "refused" }]);
  });

  it("other bytes than zeros after a part's compressed data are a fault, and its records are delivered", async () => {
    for (const rest of ["junk", "\0\0junk", "\u001f\u008bjunk"]) {
      const body = Buffer.concat([gzipSync(framed(RECORDS)), Buffer.from(rest, "latin1")]);
      const recording = Buffer.concat([aPart([], { body }), aPart(RECORDS)]);
      const { records, faults } = await readAll(recording);
      expect(hexOf(records)).toEqual([...HEX, ...HEX]);
      expect(faults).toMatchObject([{ what: "damaged" }]);
    }
  });

  it("a record without its end is a fault, and the next part follows", async () => {
    const body = gzipSync(framed(RECORDS).subarray(0, -3));
    const recording = Buffer.concat([aPart([], { body }), aPart(RECORDS)]);
    const { records, faults } = await readAll(recording);
    expect(hexOf(records)).toEqual([...HEX.slice(0, -1), ...HEX]);
    expect(faults).toMatchObject([{ what: "damaged" }]);
  });

  it("a checksum that does not agree is a fault: what was read of the part may be damaged", async () => {
    const body = gzipSync(framed(RECORDS));
    body.writeUInt32LE(1, body.length - 8);
    const { records, faults } = await readAll(aPart([], { body }));
    expect(hexOf(records)).toEqual(HEX);
    expect(faults).toMatchObject([{ what: "damaged", why: "incorrect data check" }]);
  });
});

describe("the limits of reading a recording", () => {
  it.each([
    [65_535, []],
    [65_536, []],
    [65_537, ["damaged"]],
  ])("recordBytesMax: a record of %i bytes", async (length, whats) => {
    const long = record.print({ ei: 1, data: Buffer.alloc(length - 38 - 3, 65) });
    const exact = Buffer.alloc(length, long);
    const recording = Buffer.concat([aPart([...RECORDS, exact, ...RECORDS]), aPart(RECORDS)]);
    const { records, faults } = await readAll(recording);
    expect(faults.map(({ what }) => what)).toEqual(whats);
    const all = [...HEX, ...hexOf([exact]), ...HEX, ...HEX];
    expect(hexOf(records)).toEqual(whats.length === 0 ? all : [...HEX, ...HEX]);
  });

  it("a record of no bytes ends its part", async () => {
    const recording = Buffer.concat([aPart([...RECORDS, new Uint8Array(0)]), aPart(RECORDS)]);
    const { records, faults } = await readAll(recording);
    expect(hexOf(records)).toEqual([...HEX, ...HEX]);
    expect(faults).toMatchObject([
      { what: "damaged", why: expect.stringContaining("a record of 0 bytes") as string },
    ]);
  });

  it.each([
    [1, 0],
    [0, 0],
    [-1, 1],
  ])("partInflatedBytesMax: a part with %i bytes to spare", async (spare, faultCount) => {
    const partInflatedBytesMax = framed(RECORDS).length + spare;
    const recording = Buffer.concat([aPart(RECORDS), aPart(RECORDS.slice(0, 1))]);
    const { records, faults } = await readAll(recording, { limits: { partInflatedBytesMax } });
    expect(faults).toHaveLength(faultCount);
    expect(hexOf(records)).toEqual([...HEX.slice(0, HEX.length - faultCount), HEX[0]]);
  });

  it.each([
    [1, 0],
    [0, 0],
    [-1, 1],
  ])("partRecordsMax: a part with room for %i records more", async (spare, faultCount) => {
    const limits = { partRecordsMax: RECORDS.length + spare };
    const recording = Buffer.concat([aPart(RECORDS), aPart(RECORDS.slice(0, 1))]);
    const { records, faults } = await readAll(recording, { limits });
    expect(faults).toHaveLength(faultCount);
    expect(hexOf(records)).toEqual([...HEX.slice(0, HEX.length - faultCount), HEX[0]]);
  });

  it.each([
    [1, true],
    [0, true],
    [-1, false],
  ])(
    "faultBytesMax: an encrypted part with %i bytes to spare is whole: %j",
    async (spare, isWhole) => {
      const part = aPart([], { version: 2, flags: 1, body: Buffer.alloc(1_000, 9) });
      const limits = { faultBytesMax: part.length + spare };
      const { faults } = await readAll(part, { limits });
      const kept = isWhole ? part : part.subarray(0, -1);
      expect(hexOf(faults.map(({ bytes }) => bytes))).toEqual(hexOf([kept]));
      expect(faults).toMatchObject([{ sizeBytes: part.length, sha256: sha256(part) }]);
    },
  );

  it.each([
    [1, 0],
    [0, 0],
    [-1, 1],
  ])(
    "smallPartRecordsMax: a part that has more records than bytes, with room for %i more",
    async (spare, faultCount) => {
      const empty = Array.from({ length: 1_000 }, () => Buffer.alloc(1));
      const limits = { smallPartRecordsMax: empty.length + spare };
      const part = aPart(empty);
      expect(part.length).toBeLessThan(empty.length);
      const { records, faults } = await readAll(part, { limits });
      expect(records).toHaveLength(empty.length - faultCount);
      expect(faults).toHaveLength(faultCount);
    },
  );

  it("thousands of empty records in a part of a few bytes make no thousands of events", async () => {
    const part = aPart(Array.from({ length: 10_000 }, () => Buffer.alloc(1)));
    const { records, faults } = await readAll(Buffer.concat([part, part]));
    expect(records).toHaveLength(2 * RECORDING_LIMITS.smallPartRecordsMax);
    expect(faults).toMatchObject([{ what: "damaged" }, { what: "damaged" }]);
  });

  it("a bomb of gzip is read in steps, and its zeros are no records", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1_024 * 1_024));
    const { records, faults } = await readAll(aPart([], { body: bomb }));
    expect(records).toEqual([]);
    expect(faults).toMatchObject([{ what: "damaged" }]);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
