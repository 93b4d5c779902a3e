import { describe, expect, it } from "vitest";
import { compilePatterns } from "../../../../src/correlate/identity/patterns.ts";

describe("patterns", () => {
  it.each([
    ["dana@vendor.example", "dana@vendor.example", true],
    ["*", "", true],
    ["*@vendor.example", "@vendor.example", true],
    ["bot-*", "bot-", true],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "ac", false],
    ["ab*bc", "abc", false],
    ["*ab*b", "ab", false],
    ["**", "x", true],
    ["*x*", "ax", true],
    ["*x*", "a", false],
  ])("W6 %s fits %j: %s", (pattern, name, expected) => {
    expect(compilePatterns([pattern])(name)).toBe(expected);
  });

  it("W6 no pattern fits nothing", () => {
    expect(compilePatterns([])("")).toBe(false);
  });
});
