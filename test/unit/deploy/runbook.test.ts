import { describe, expect, it } from "vitest";
import { HOME } from "../../../src/config/home.ts";
import { ERROR_CODES } from "../../../src/model/error.ts";
import { METRIC_NAMES } from "../../../src/model/metric.ts";
import { commandsIn, PARAGRAPHS, RUNBOOK } from "../../support/runbook.ts";
import { chaperone } from "../commands/chaperone.ts";

const commands = commandsIn(RUNBOOK).map(({ text }) => text);

function found(pattern: RegExp, texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, one]) => one)))]
    .filter((one) => one !== undefined)
    .toSorted();
}

/** Every call of `chaperone`, in blocks and within the text: its words, up to the end of the command. */
const calls = [...commands, ...found(/`(chaperone [^`]+)`/g, [RUNBOOK])]
  .flatMap((text) => text.split(/&&|\||;/))
  .map((part) => part.trim().replace(/^sudo -u \S+ /, ""))
  .filter((part) => part.startsWith("chaperone "))
  .map((part) => part.split(/\s+/).slice(1));

describe("the runbook", () => {
  it.each(PARAGRAPHS.map((paragraph) => [paragraph.title, paragraph] as const))(
    "has a command that shows it, and one that ends it or shows that it is over: %s",
    (_, { commands: own }) => {
      const comments = own.map(({ comment }) => comment);
      expect(comments).toContainEqual(expect.stringMatching(/^shows it\b/));
      expect(comments).toContainEqual(expect.stringMatching(/^(ends it|over)\b/));
    },
  );

  it("names no metric that there is not", () => {
    const names = found(/\b(chaperone_[a-z_]+)\b/g, [RUNBOOK]);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !METRIC_NAMES.some((one) => one === name))).toEqual([]);
  });

  it("names no error code that there is not, in its commands", () => {
    const codes = found(/\b([A-Z]+(?:_[A-Z]+)+)\b/g, commands);
    expect(codes.length).toBeGreaterThan(2);
    expect(codes.filter((code) => !ERROR_CODES.some((one) => one === code))).toEqual([]);
  });

  it("names no part of the data directory that there is not", () => {
    const parts = found(/\/chaperone\/acme\/([\w.-]+)/g, commands);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.filter((part) => !Object.values<string>(HOME).includes(part))).toEqual([]);
  });

  it("asks only for addresses that the service answers at", () => {
    const paths = found(/127\.0\.0\.1:9464(\/\w*)/g, [RUNBOOK]);
    expect(paths).toEqual(["/metrics", "/readyz", "/status"]);
  });

  it("calls only commands that the program has, with options that they have", async () => {
    expect(calls.length).toBeGreaterThan(15);
    const helps = new Map<string, string>();
    for (const words of calls) {
      const other = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
      const names = ["chaperone", ...words.slice(0, other < 0 ? words.length : other)];
      const name = names.join(" ");
      const help = helps.get(name) ?? (await chaperone([...names.slice(1), "--help"])).out;
      helps.set(name, help);
      expect(help, name).toContain(`Usage: ${name}`);
      for (const option of words.flatMap((word) => /--[a-z-]+/.exec(word) ?? []))
        expect(help, `${name} ${option}`).toMatch(new RegExp(`(^|\\s)${option}\\b`, "m"));
    }
  });
});
