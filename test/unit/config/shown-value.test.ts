import { describe, expect, it } from "vitest";
import { shownValue } from "../../../src/config/check/shown-value.ts";

const path = ["relay", "endpoints", 0, "spec", "otlp", "endpoint"];

describe("what a problem shows of a value", () => {
  it.each([
    "https://user:geheim@host",
    "https://user:ge/heim@host",
    "https://user:ge@heim@host",
    "https://user:ge heim?#@host",
    "user:geheim@host:9092",
  ])("is nothing of the password in %s", (value) => {
    expect(shownValue(value, path)).not.toContain("heim");
    expect(shownValue(value, path)).toContain("[redacted]@");
  });

  it.each(["https://host:4318/v1?a=b", "anna@acme.example", "system:serviceaccount:a:b"])(
    "is %s as it stands, which holds none",
    (value) => {
      expect(shownValue(value, path)).toBe(JSON.stringify(value));
    },
  );
});
