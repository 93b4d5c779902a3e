import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createListItems,
  type CutRecord,
} from "../../../../src/collect/kubernetes-audit/list-items.ts";
import { expectNothingLost } from "./around-items.ts";

/** The records of a body that arrives in chunks of these sizes, in turn. */
function cut(body: string | Uint8Array, sizes: readonly number[] = [Infinity]): CutRecord[] {
  const bytes = Buffer.from(body);
  const items = createListItems();
  const records: CutRecord[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.min(sizes[turn % sizes.length] ?? 1, bytes.length - at);
    records.push(...items.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...records, ...items.end()];
}

function textsOf(records: readonly CutRecord[]): readonly string[] {
  return records.map(({ bytes }) => Buffer.from(bytes).toString());
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const pieceOfJson = fc.constantFrom(
  '"items"',
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  '"',
  "\\",
  "a",
  " ",
  "0",
);

const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

describe("the items of an EventList", () => {
  it("are cut out byte for byte, whatever they are and however the body arrives", () => {
    const item = fc
      .tuple(fc.json(), blank)
      .map(([json, space]) => json.replace(/[,:]/g, (sign) => sign + space));
    fc.assert(
      fc.property(fc.array(item), fc.json(), blank, chunkSizes, (items, other, space, sizes) => {
        const list = items.join(`${space},${space}`);
        const body = `${space}{${space}"before":${other},"items"${space}:${space}[${space}${list}${space}],"after":${other}}${space}`;
        const records = cut(body, sizes);
        // Behind a bare word white space is no harm: it is none of the event.
        expect(textsOf(records).map((text) => text.trimEnd())).toEqual(items);
        for (const { bytes, offset } of records)
          expect(Buffer.from(body).subarray(offset, offset + bytes.length)).toEqual(
            Buffer.from(bytes),
          );
      }),
    );
  });

  it("lose no byte of any body: what is in no record stands around the items of a list", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), chunkSizes, (bytes, sizes) => {
        fc.pre(!Buffer.from(bytes).includes("items"));
        const blanks = /^[ \t\r\n]*/;
        const whole = Buffer.from(bytes).toString("latin1").replace(blanks, "");
        const joined = cut(bytes, sizes)
          .map((record) => Buffer.from(record.bytes).toString("latin1"))
          .join("");
        expect(joined.replace(/[ \t\r\n]/g, "")).toBe(whole.replace(/[ \t\r\n]/g, ""));
      }),
    );
  });

  it("are records of their own and lose no byte, whatever stands in the list", () => {
    const head = '{"items":[';
    fc.assert(
      fc.property(fc.array(pieceOfJson, { maxLength: 30 }), chunkSizes, (pieces, sizes) => {
        const body = head + pieces.join("");
        expectNothingLost(Buffer.from(body), cut(body, sizes));
      }),
    );
  });

  it("do not depend on how the body arrives, also where it is no JSON", () => {
    const broken = fc
      .array(pieceOfJson, { minLength: 1, maxLength: 30 })
      .map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(broken, chunkSizes, (body, sizes) => {
        expect(textsOf(cut(body, sizes))).toEqual(textsOf(cut(body)));
      }),
    );
  });

  it.each([
    ["an item that is a list of its own", '{"items":[{"items":[1,2]}]}', ['{"items":[1,2]}']],
    ["a list deeper inside", '{"a":{"items":[1]}}', ['{"a":{"items":[1]}}']],
    ["a text that says items", '{"a":"items","b":[1]}', ['{"a":"items","b":[1]}']],
    ["items that are no list", '{"items":{"a":[1]}}', ['{"items":{"a":[1]}}']],
    ["quotes and brackets in texts", '{"items":[{"a":"}],\\"\\\\"}]}', ['{"a":"}],\\"\\\\"}']],
    ["two documents", '{"items":[1]} {"items":[2]}', ["1", "2"]],
    ["a document after the list", '{"items":[1]}{"kind":"Event"}', ["1", '{"kind":"Event"}']],
    ["items without commas", '{"items":[{} {}]}', ["{}", "{}"]],
    ["a bracket that closes nothing", '{"items":[}]}', ["}"]],
    ["a bare word before one", '{"items":[1}]}', ["1", "}"]],
    ["brackets that do not fit", '{"items":[{"a":1]},{"b":2}]}', ['{"a":1]', "}", '{"b":2}']],
    [
      "a list that is closed too early",
      '{"items":[1],{"a":1},{"b":2}]}',
      ["1", "],", '{"a":1}', '{"b":2}'],
    ],
    ["a list that goes on in a value", '{"items":[1],"b":2,[3]}', ["1", '],"b":2,[3]}']],
    ["a list that is no key's value", '{"a":1 {},"items":[1]}', ['{"a":1 {},"items":[', "1"]],
    ["a document that breaks off behind its list", '{"items":[1],"a":2', ["1", '],"a":2']],
    ["an item that breaks off", '{"items":[1,{"a":"b', ["1", '{"a":"b']],
    ["a list that breaks off", '{"items":[1', ["1"]],
    ["a list that breaks off between items", '{"items":[{},', ["{}", '{"items":[']],
  ])("%s", (_, body, records) => {
    expect(textsOf(cut(body))).toEqual(records);
  });

  it("that break off between two leave the list's head, whole up to 4,096 bytes and its first 4,096 of more", () => {
    for (const sizeBytes of [4_095, 4_096, 4_097]) {
      const end = '","items":[';
      const head = `${'{"a":"'.padEnd(sizeBytes - end.length, "x")}${end}`;
      expect(textsOf(cut(`${head}{},`))).toEqual(["{}", head.slice(0, 4_096)]);
    }
  });

  it.each([-1, 0, 1])(
    "what stands around them is looked at up to a mebibyte, and kept beyond (%i)",
    (more) => {
      const sizeBytes = 1024 * 1024 + more;
      const head = `${'{"a":"'.padEnd(sizeBytes - '","items":['.length, "x")}","items":[`;
      const rest = `${'],"b":"'.padEnd(sizeBytes - '"}'.length, "x")}"}`;
      const records = cut(`${head}1${rest}`).map(({ bytes }) => bytes.length);
      expect(records).toEqual(more > 0 ? [sizeBytes, 1, sizeBytes] : [1]);
    },
  );

  it("say up to where all is cut out", () => {
    const items = createListItems();
    items.push(Buffer.from('{"items":[{},{"a":'));
    expect(items.cutTo).toBe('{"items":[{},'.length);
    items.push(Buffer.from("1},"));
    expect(items.cutTo).toBe('{"items":[{},{"a":1},'.length);
    items.push(Buffer.from('],"b":'));
    expect(items.cutTo).toBe('{"items":[{},{"a":1},'.length);
  });
});
