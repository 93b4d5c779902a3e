import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPlainText } from "../../../src/recording/plain-text.ts";

const ESC = "\u001b";

function plain(...chunks: readonly (string | Uint8Array)[]): string {
  const text = createPlainText();
  const shown = chunks.map((chunk) =>
    text.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk),
  );
  return `${shown.join("")}${text.end()}`;
}

describe("terminal output as text", () => {
  it.each([
    ["colours", `${ESC}[1;31mred${ESC}[0m`, "red"],
    ["the title", `${ESC}]0;title\u0007a${ESC}]2;t${ESC}\\b`, "ab"],
    ["character sets and modes", `${ESC}(B${ESC}=${ESC}[?2004hx`, "x"],
    ["device strings", `${ESC}P1$r0m${ESC}\\${ESC}_x${ESC}\\${ESC}^y${ESC}\\z`, "z"],
    ["sequences of eight bits", "\u009b31mred\u009dtitle\u009c!", "red!"],
  ])("leaves %s out", (_, output, text) => {
    expect(plain(output)).toBe(text);
  });

  it.each([
    ["a\r\nb\r\n", "a\nb\n"],
    ["a\r\r\nb", "a\nb"],
    ["50%\r100%", "50%\n100%"],
    ["a\n\rb", "a\nb"],
    [`a\r\n${ESC}[?2004l\rb`, "a\nb"],
  ])("ends lines where the terminal's go on: %j", (output, text) => {
    expect(plain(output)).toBe(text);
  });

  it.each([
    ["a string that a line end breaks off", `${ESC}]0;hidden\nseen`, `${ESC}]0;hidden\nseen`],
    ["a sequence that a line end breaks off", `${ESC}[31\nseen`, `${ESC}[31\nseen`],
    ["a sequence that another one breaks off", `${ESC}[31${ESC}[0mseen`, `${ESC}[31seen`],
    ["what never ends", `a${ESC}]0;b`, `a${ESC}]0;b`],
    ["half a character", "a\u00e4", "a\u00e4"],
  ])("hides nothing behind %s", (_, output, text) => {
    expect(plain(output)).toBe(text);
  });

  it.each([
    [`${ESC}]`, 4_095, true],
    [`${ESC}]`, 4_096, false],
    [`${ESC}[`, 255, true],
    [`${ESC}[`, 256, false],
  ])(
    "a sequence of %j and more, %i characters without its end, is left out: %j",
    (start, length, isLeftOut) => {
      const inside = "0".repeat(length - start.length);
      const end = start.endsWith("]") ? "\u0007" : "m";
      const shown = plain(`${start}${inside}${end}after`);
      expect(shown).toBe(isLeftOut ? "after" : `${start}${inside}${end}after`);
    },
  );

  it("is the same, wherever the recording splits the output", () => {
    const pieces = [
      "a",
      "\r",
      "\n",
      ESC,
      "[",
      "]",
      "1;31",
      "m",
      "\u0007",
      "\\",
      "ä",
      "€",
      "😀",
      "(",
    ];
    const outputs = fc
      .array(fc.constantFrom(...pieces), { maxLength: 40 })
      .map((parts) => Buffer.from(parts.join("")));
    fc.assert(
      fc.property(outputs, fc.nat(), fc.nat(), (output, one, two) => {
        const [from = 0, to = 0] = [one, two]
          .map((n) => n % (output.length + 1))
          .sort((a, b) => a - b);
        const split = [output.subarray(0, from), output.subarray(from, to), output.subarray(to)];
        expect(plain(...split)).toBe(plain(output));
      }),
    );
  });
});
