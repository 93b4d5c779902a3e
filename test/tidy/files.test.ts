import { describe, expect, it } from "vitest";
import { filesMatching } from "./sources.ts";

const LINES_MAX = 350;
const COLUMNS_MAX = 140;
/** Words that name nothing, as part of a file's, a class's or a function's name. */
const BANNED_NAMES =
  /manager|helper|util(?!Inspect)|service(?!Account|s?Detail)|misc|common(?![A-Z]?Name)/i;
const BANNED_TEXT = /\b(TODO|FIXME|XXX|HACK)\b|not implemented|in a real (system|world)/i;

const code = [...filesMatching("src/**/*.ts"), ...filesMatching("test/**/*.ts")];
const own = /^test\/tidy\//;

describe("files", () => {
  it(`have at most ${LINES_MAX} lines`, () => {
    const long = code
      .map((file) => ({ path: file.path, lines: file.text.split("\n").length - 1 }))
      .filter((file) => file.lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it(`have a median of at most 100 lines in src`, () => {
    const lines = filesMatching("src/**/*.ts").map((file) => file.text.split("\n").length);
    expect(lines.toSorted((a, b) => a - b)[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(100);
  });

  it(`have lines of at most ${COLUMNS_MAX} columns in comments and code`, () => {
    const wide = code.flatMap((file) =>
      file.text
        .split("\n")
        .map((line, n) => ({ place: `${file.path}:${n + 1}`, line }))
        .filter(({ line }) => line.length > COLUMNS_MAX && !/["'`/]/.test(line)),
    );
    expect(wide.map(({ place }) => place)).toEqual([]);
  });

  it("leave nothing for later", () => {
    const left = code
      .filter((file) => !own.test(file.path) && BANNED_TEXT.test(file.text))
      .map((file) => file.path);
    expect(left).toEqual([]);
  });

  it("are not named for nothing", () => {
    const named = code
      .map((file) => file.path.split("/").at(-1) ?? "")
      .filter((name) => BANNED_NAMES.test(name) || name === "index.ts");
    expect(named).toEqual([]);
  });
});

describe("names", () => {
  it("of declarations do not use words that name nothing", () => {
    const declared = filesMatching("src/**/*.ts").flatMap((file) =>
      [...file.text.matchAll(/\b(?:class|interface|function|type)\s+([A-Za-z]\w*)/g)]
        .map((match) => match[1] ?? "")
        .filter((name) => BANNED_NAMES.test(name))
        .map((name) => `${file.path}: ${name}`),
    );
    expect(declared).toEqual([]);
  });

  it("of tests are never switched off or focused", () => {
    const off = filesMatching("test/**/*.test.ts")
      .filter(
        (file) =>
          !own.test(file.path) && /\b(it|test|describe)\.(skip|only|todo|fails)\b/.test(file.text),
      )
      .map((file) => file.path);
    expect(off).toEqual([]);
  });
});
