import { describe, expect, it } from "vitest";
import { parseTime } from "../../../src/model/time.ts";

const EARLIEST = "1827-04-16T00:06:12.629";
const LATEST = "2255-06-05T23:47:34.740";

/** In the form that API servers write, and in that of others, which is read another way. */
const FORMS: readonly ((time: string) => string)[] = [
  (time) => `${time}Z`,
  (time) => `${time}+00:00`,
];

describe("a time that a number and its readers state exactly", () => {
  it.each(FORMS)("is 2^52 microseconds before 1970 at the earliest", (form) => {
    expect(parseTime(form(`${EARLIEST}505`))).toBe(-(2 ** 52) + 1);
    expect(parseTime(form(`${EARLIEST}504`))).toBe(-(2 ** 52));
    expect(parseTime(form(`${EARLIEST}503`))).toBeNull();
  });

  it.each(FORMS)("is 2^53 - 2 microseconds after 1970 at the latest", (form) => {
    expect(parseTime(form(`${LATEST}989`))).toBe(2 ** 53 - 3);
    expect(parseTime(form(`${LATEST}990`))).toBe(2 ** 53 - 2);
    expect(parseTime(form(`${LATEST}991`))).toBeNull();
  });
});
