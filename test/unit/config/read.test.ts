import { describe, expect, it } from "vitest";
import { nearest } from "../../../src/config/nearest.ts";
import { parseDuration, parsePeriod } from "../../../src/config/read/duration.ts";
import { parseSize } from "../../../src/config/read/size.ts";

describe("parseDuration()", () => {
  it.each([
    ["PT2H", 7_200_000],
    ["P30D", 2_592_000_000],
    ["P1W", 604_800_000],
    ["P1DT1H1M1.5S", 90_061_500],
    ["PT0.02S", 20],
    ["PT0S", 0],
  ])("reads %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    "",
    "P",
    "PT",
    "2h",
    "PT2",
    "P1M",
    "P1Y",
    "-PT1H",
    "PT1H ",
    "P1DT",
    "PT99999999999999999H",
  ])("does not read %j", (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});

describe("parsePeriod()", () => {
  it("keeps months apart from days, since no month is as long as the next", () => {
    expect(parsePeriod("P1Y2M3W4D")).toEqual({ months: 14, days: 25 });
    expect(parsePeriod("P12M")).toEqual({ months: 12, days: 0 });
  });

  it("does not read hours", () => {
    expect(parsePeriod("P1DT1H")).toBeNull();
  });
});

describe("parseSize()", () => {
  it.each([
    ["20GiB", 20 * 1024 ** 3],
    ["64 MiB", 64 * 1024 ** 2],
    ["1.5KB", 1_500],
    [4_096, 4_096],
    ["0", 0],
  ])("reads %s", (size, bytes) => {
    expect(parseSize(size)).toBe(bytes);
  });

  it.each(["", "GiB", "1 XB", "1gib", "-1", "1e3", "1.5", "99999999999TiB"])(
    "does not read %j",
    (size) => {
      expect(parseSize(size)).toBeNull();
    },
  );
});

describe("nearest()", () => {
  it.each([
    ["aprovers", "approvers"],
    ["kubernetesAuditfile", "kubernetesAuditFile"],
    ["soucre", "source"],
  ])("knows what %s was to be", (word, known) => {
    expect(nearest(word, ["source", "approvers", "kubernetesAuditFile", "vendors"])).toBe(known);
  });

  it("does not guess where hardly a letter is right, or the word is endless", () => {
    expect(nearest("xyz", ["source", "vendors"])).toBeNull();
    expect(nearest("s".repeat(10_000), ["s".repeat(10_001)])).toBeNull();
  });
});
