import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFaultOffset } from "../../../src/normalize/json-fault.ts";

const offsetOf = (text: string): number => jsonFaultOffset(Buffer.from(text));

describe("jsonFaultOffset", () => {
  it.each([
    ['{"a":1}{"a":2}', 7],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ["{a:1}", 1],
    ["[1 2]", 3],
    ["[1,]", 3],
    ['{"a":01}', 5],
    ['{"a":nil}', 5],
    ['{"a":"x\ty"}', 5],
    ['{"a":"\\q"}', 5],
    ['{"a":1]', 6],
    ["[1}", 2],
    ["}", 0],
    ["hello", 0],
    ["\u0000\u0000{}", 0],
    ['{"é":1}x', 8],
  ])("finds the byte where %j stops being JSON", (text, offset) => {
    expect(offsetOf(text)).toBe(offset);
  });

  it("says the end, wherever whole JSON is cut off", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, cut) => {
        const whole = Buffer.from(JSON.stringify(value));
        const cutAt = 1 + (cut % (whole.length - 1));
        expect(jsonFaultOffset(whole.subarray(0, cutAt))).toBe(cutAt);
      }),
    );
  });

  it("says where a second value begins after a whole one", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const whole = Buffer.from(JSON.stringify(value));
        expect(jsonFaultOffset(Buffer.concat([whole, whole]))).toBe(whole.length);
      }),
    );
  });

  it("does not run out of stack on a million open brackets", () => {
    expect(offsetOf("[".repeat(1_000_000))).toBe(1_000_000);
  });
});
