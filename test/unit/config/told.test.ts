import { describe, expect, it } from "vitest";
import { shownValue } from "../../../src/config/check/shown-value.ts";
import { nearest } from "../../../src/config/nearest.ts";
import { readYaml } from "../../../src/config/read/yaml.ts";

describe("of what is wrong with a configuration", () => {
  it.each([9, 10, 11])("the first 10 faults of its syntax are told (%i)", (count) => {
    const read = readYaml(Array.from({ length: count }, (_, n) => `k${n}: "\\q"\n`).join(""));
    expect(read).toHaveProperty("faults.length", Math.min(count, 10));
  });

  it("a value is shown whole up to 80 characters, quotes included, and its first 80 with a mark beyond", () => {
    for (const length of [79, 80]) {
      const text = "a".repeat(length - 2);
      expect(shownValue(text, ["cluster"])).toBe(`"${text}"`);
    }
    expect(shownValue("a".repeat(79), ["cluster"])).toBe(`"${"a".repeat(79)}…`);
  });

  it("a word of up to 64 letters is compared with the known ones, and a longer one with none", () => {
    const known = ["s".repeat(64)];
    for (const length of [63, 64]) expect(nearest("s".repeat(length), known)).toBe(known[0]);
    expect(nearest("s".repeat(65), known)).toBeNull();
  });

  it("a guess may have 9 of 20 letters wrong, and not 10", () => {
    const known = ["s".repeat(20)];
    for (const wrong of [8, 9])
      expect(nearest("x".repeat(wrong) + "s".repeat(20 - wrong), known)).toBe(known[0]);
    expect(nearest("x".repeat(10) + "s".repeat(10), known)).toBeNull();
  });
});
