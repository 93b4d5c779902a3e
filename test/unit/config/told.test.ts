import { describe, expect, it } from "vitest";
import { shownValue } from "../../../src/config/check/shown-value.ts";
import { nearest } from "../../../src/config/nearest.ts";
import { errorOf } from "./configuration-file.ts";

/** A fault of the syntax in each line. */
function faulty(count: number): string {
  return Array.from({ length: count }, (_, n) => `k${n}: "\\q"\n`).join("");
}

function faultyLines(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n + 1);
}

describe("of what is wrong with a configuration", () => {
  it.each([9, 10, 11, 250])(
    "the first 10 faults of its syntax are told, and how many more there are (%i)",
    (count) => {
      const { message, problems } = errorOf(faulty(count));
      expect(problems.map(({ line }) => line)).toEqual(faultyLines(Math.min(count, 10)));
      const [first, ...lines] = message.split("\n");
      expect(first).toMatch(new RegExp(`": ${count} problems$`));
      expect(lines.slice(0, 10).join("\n")).not.toContain("more");
      expect(lines.slice(10)).toEqual(count > 10 ? [`  and ${count - 10} more`] : []);
    },
  );

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
