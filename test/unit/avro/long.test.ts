import avro from "avsc";
import { expect, test } from "vitest";
import { decodeLong, encodeLong } from "../../../src/avro/long.ts";

const type = avro.Type.forSchema("long");
const LARGEST = (Number.MAX_SAFE_INTEGER - 1) / 2;

test.each([
  0,
  -1,
  1,
  63,
  -64,
  64,
  -65,
  8_191,
  8_192,
  2 ** 31,
  -(2 ** 31),
  2 ** 40 + 1,
  LARGEST,
  -LARGEST,
])("%i is encoded as avsc does and comes back", (value) => {
  const bytes = encodeLong(value);
  expect(Buffer.from(bytes)).toEqual(type.toBuffer(value));
  expect(decodeLong(bytes, 0)).toEqual({ value, end: bytes.byteLength });
});

test("a long whose bytes end too early is undefined, not a number", () => {
  const bytes = encodeLong(2 ** 40);
  for (let cut = 0; cut < bytes.byteLength; cut += 1)
    expect(decodeLong(bytes.subarray(0, cut), 0)).toBeUndefined();
});

test.each([
  ["that does not end", new Uint8Array(20).fill(0x80)],
  ["beyond what a number holds exactly", new Uint8Array(10).fill(0xff)],
  ["beyond that by a bit", Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10)],
])("a long %s is refused", (_name, bytes) => {
  expect(() => decodeLong(bytes, 0)).toThrow(RangeError);
});

test("a number that a long cannot hold exactly is not encoded", () => {
  expect(() => encodeLong(1.5)).toThrow(RangeError);
  expect(() => encodeLong(LARGEST + 1)).toThrow(RangeError);
});
