import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTime, parseTime } from "../../../src/model/time.ts";

describe("parseTime", () => {
  it("keeps microseconds, which a Date would lose", () => {
    expect(parseTime("2026-11-22T02:51:20.736383Z")).toBe(1_795_315_880_736_383);
  });

  it.each([
    ["2026-11-22T02:51:20Z", "2026-11-22T02:51:20.000000Z"],
    ["2026-11-22T02:51:20.5Z", "2026-11-22T02:51:20.500000Z"],
    ["2026-11-22T06:05:59.884832036Z", "2026-11-22T06:05:59.884832Z"],
    ["2026-11-22T06:05:59.999999999Z", "2026-11-22T06:05:59.999999Z"],
    ["2026-11-22t02:51:20.736383z", "2026-11-22T02:51:20.736383Z"],
    ["2026-11-22T02:51:20.736383+02:30", "2026-11-22T00:21:20.736383Z"],
    ["2026-11-22T02:51:20.736383-02:30", "2026-11-22T05:21:20.736383Z"],
    ["2024-02-29T23:59:59.000001Z", "2024-02-29T23:59:59.000001Z"],
    ["2016-12-31T23:59:60.000000Z", "2017-01-01T00:00:00.000000Z"],
    ["1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"],
    ["1827-06-01T00:00:00.000000Z", "1827-06-01T00:00:00.000000Z"],
    ["2255-06-05T00:00:00.000000Z", "2255-06-05T00:00:00.000000Z"],
  ])("reads %s", (text, expected) => {
    const micros = parseTime(text);
    expect(micros === null ? null : formatTime(micros)).toBe(expected);
  });

  it.each([
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00.000000Z",
    "0099-03-01T00:00:00.000000Z",
    "1827-01-01T00:00:00Z",
    "2255-06-06T00:00:00.000000Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999Z",
    "2026-13-01T00:00:00.000000Z",
    "2026-00-10T00:00:00.000000Z",
    "2026-02-29T00:00:00.000000Z",
    "2026-11-31T00:00:00Z",
    "2026-11-22T24:00:00.000000Z",
    "2026-11-22T02:60:00.000000Z",
    "2026-11-22T02:51:61.000000Z",
    "2026-11-22T02:51:20.736383+24:00",
    "2026-11-22T02:51:20.73638:Z",
    "2026-11-22T02:51:2\u0663.736383Z",
    "2026-11-22 02:51:20.736383Z",
    "2026/11/22T02:51:20.736383Z",
    "2026-11-22T02:51:20.736383",
    "",
    "now",
  ])("finds no time in %j", (text) => {
    expect(parseTime(text)).toBeNull();
  });

  it.each([null, undefined, 1_795_315_880, {}, ["2026-11-22T02:51:20Z"]])(
    "finds no time in the value %j, which is no text",
    (value) => {
      expect(parseTime(value)).toBeNull();
    },
  );

  it("reads a time again after another day's, and after one that is none", () => {
    const first = parseTime("2026-11-22T02:51:20.736383Z");
    expect(parseTime("2026-11-23T02:51:20.736383Z")).toBe((first ?? 0) + 86_400_000_000);
    expect(parseTime("2026-11-99T02:51:20.736383Z")).toBeNull();
    expect(parseTime("2026-11-22T02:51:20.736383Z")).toBe(first);
  });

  it("reads every time that formatTime writes, and agrees with Date", () => {
    const micros = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2199, 11, 31) });
    fc.assert(
      fc.property(micros, fc.integer({ min: 0, max: 999 }), (ms, rest) => {
        const time = ms * 1_000 + rest;
        expect(parseTime(formatTime(time))).toBe(time);
        const written = new Date(ms).toISOString().slice(0, -1);
        expect(formatTime(time)).toBe(`${written}${String(rest).padStart(3, "0")}Z`);
        expect(parseTime(new Date(ms).toISOString())).toBe(ms * 1_000);
      }),
    );
  });
});
