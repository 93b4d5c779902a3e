import { describe, expect, it } from "vitest";
import { wholeNumberOf } from "../../../src/normalize/fields.ts";
import { addressOf } from "../../../src/normalize/teleport/address.ts";
import { contentDigest } from "../../../src/normalize/teleport/digest.ts";

describe("a field that a stranger wrote", () => {
  it("is a whole number up to 2^52, written as a number or as text, and absent beyond it", () => {
    for (const number of [2 ** 52 - 1, 2 ** 52, -(2 ** 52)]) {
      expect(wholeNumberOf(number)).toBe(number);
      expect(wholeNumberOf(String(number))).toBe(number);
    }
    for (const number of [2 ** 52 + 1, -(2 ** 52) - 1, 2 ** 53]) {
      expect(wholeNumberOf(number)).toBeNull();
      expect(wholeNumberOf(String(number))).toBeNull();
    }
    expect(wholeNumberOf("1".repeat(17))).toBeNull();
  });

  it("is an address of up to 64 characters, and none with one more", () => {
    const address = (length: number): string => "fe80::1%".padEnd(length, "z");
    for (const length of [63, 64]) {
      expect(addressOf(address(length))).toBe(address(length));
      expect(addressOf(`[${address(length)}]:3022`)).toBe(address(length));
    }
    expect(addressOf(address(65))).toBeNull();
    expect(addressOf(`[${address(65)}]:3022`)).toBeNull();
  });
});

describe("the digest of what a record says", () => {
  const of = (levels: number, order: "ab" | "ba"): string => {
    const deepest = order === "ab" ? { a: 1, b: 2 } : { b: 2, a: 1 };
    let fields: Readonly<Record<string, unknown>> = deepest;
    for (let level = 1; level < levels; level++) fields = { in: fields };
    const bytesSha256 = (): string => `bytes in the order ${order}`;
    return contentDigest(fields, { plainNames: new Set(), hasUnread: false, bytesSha256 });
  };

  it("does not depend on the order of keys down to 64 levels; deeper it is the digest of the bytes", () => {
    for (const levels of [1, 63, 64]) expect(of(levels, "ab")).toBe(of(levels, "ba"));
    expect(of(65, "ab")).toBe("bytes in the order ab");
    expect(of(65, "ba")).toBe("bytes in the order ba");
  });
});
