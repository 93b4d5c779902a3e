import * as fc from "fast-check";
import { corpusOf } from "../../support/corpus.ts";
import { mutate, mutations } from "../../support/mutate.ts";
import { describe, expect, it } from "vitest";
import { MEMBERS_MAX, scanJson } from "../../../src/normalize/json-scan.ts";

const offsetOf = (text: string): number | null => scanJson(Buffer.from(text)).faultAt;

describe("the first byte that keeps a record from being JSON", () => {
  it.each([
    ['{"a":1}{"a":2}', 7],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ["{a:1}", 1],
    ["[1 2]", 3],
    ["[1,]", 3],
    ['{"a":01}', 5],
    ['{"a":nil}', 5],
    ['{"a":"x\ty"}', 5],
    ['{"a":"\\q"}', 5],
    ['{"a":1]', 6],
    ["[1}", 2],
    ["}", 0],
    ["hello", 0],
    ["\u0000\u0000{}", 0],
    ['{"é":1}x', 8],
  ])("of %j is at %i", (text, offset) => {
    expect(offsetOf(text)).toBe(offset);
  });

  it("is the end, wherever whole JSON is cut off", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, cut) => {
        const whole = Buffer.from(JSON.stringify(value));
        const cutAt = 1 + (cut % (whole.length - 1));
        expect(scanJson(whole.subarray(0, cutAt)).faultAt).toBe(cutAt);
      }),
    );
  });

  it("is where a second value begins after a whole one", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const whole = Buffer.from(JSON.stringify(value));
        expect(scanJson(Buffer.concat([whole, whole])).faultAt).toBe(whole.length);
      }),
    );
  });

  it("is there exactly where a JSON parser refuses the text", () => {
    const real = fc.constantFrom(...corpusOf("kubernetes-audit"), ...corpusOf("teleport"));
    const token = fc.constantFrom(...'{}[],:"\\ -+.0123456789eEtrufalsn\t\n/b\u0001é'.split(""));
    const made = fc.array(token, { maxLength: 12 }).map((tokens) => Buffer.from(tokens.join("")));
    const damaged = fc.tuple(real, mutations).map(([record, changes]) => mutate(record, changes));
    fc.assert(
      fc.property(fc.oneof(made, damaged), (bytes) => {
        const { faultAt } = scanJson(bytes);
        const text = Buffer.from(bytes).toString("utf8");
        expect(faultAt === null).toBe(isJson(text));
        // Up to a fault after the first byte all is well: what is cut off there only ends too early.
        if (faultAt !== null && faultAt < bytes.length)
          expect(scanJson(bytes.subarray(0, faultAt)).faultAt ?? faultAt).toBe(faultAt);
      }),
      { numRuns: 5_000 },
    );
  });

  it("is found in a million open brackets without running out of stack", () => {
    expect(offsetOf("[".repeat(1_000_000))).toBe(1_000_000);
  });
});

describe("members of the outermost object", () => {
  it("are told apart with the values in them", () => {
    const text = ' { "a" : [1, {"b": [] }] , "c":"x","a":null}';
    const { members, values, faultAt } = scanJson(Buffer.from(text));
    const shown = members.map((member) => [
      text.slice(member.keyStart, member.keyEnd),
      text.slice(member.valueStart, member.valueEnd),
      member.values,
    ]);
    expect(shown).toEqual([
      ['"a"', '[1, {"b": [] }]', 4],
      ['"c"', '"x"', 1],
      ['"a"', "null", 1],
    ]);
    expect([values, faultAt]).toEqual([7, null]);
  });

  it.each([
    [MEMBERS_MAX - 1, MEMBERS_MAX - 1],
    [MEMBERS_MAX, MEMBERS_MAX],
    [MEMBERS_MAX + 1, MEMBERS_MAX],
  ])("of an object with %i are listed up to the limit, and all counted: %i", (given, listed) => {
    const text = `{${Array.from({ length: given }, (_, n) => `"${n}":0`).join()}}`;
    const { members, values, faultAt } = scanJson(Buffer.from(text));
    expect([members.length, values, faultAt]).toEqual([listed, given + 1, null]);
  });

  it("are those that a parser finds, in every object", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const bytes = Buffer.from(JSON.stringify(object));
        const read = scanJson(bytes).members.map(({ keyStart, keyEnd, valueStart, valueEnd }) => [
          JSON.parse(bytes.subarray(keyStart, keyEnd).toString()) as unknown,
          JSON.parse(bytes.subarray(valueStart, valueEnd).toString()) as unknown,
        ]);
        const parsed = JSON.parse(bytes.toString()) as Readonly<Record<string, unknown>>;
        expect(read).toEqual(Object.entries(parsed));
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
