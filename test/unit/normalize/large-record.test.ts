import { describe, expect, it } from "vitest";
import {
  FIELDS_BYTES_MAX,
  FIELD_VALUES_MAX,
  LARGE_BYTES_MIN,
} from "../../../src/normalize/large-record.ts";
import { KUBERNETES_SOURCE, normalize, TELEPORT_SOURCE } from "./records.ts";

const FIELDS =
  '"auditID":"a","stage":"ResponseComplete","verb":"create","user":{"username":"u","groups":["g"]}';

/** An audit event of this size whose last member is made as long as it has to be. */
function sized(sizeBytes: number, before: string, after: string): string {
  return before + "x".repeat(sizeBytes - before.length - after.length) + after;
}

function why(line: string, source = KUBERNETES_SOURCE): string | null {
  const { detail } = normalize(line, source).event;
  return detail !== null && "unreadable" in detail ? detail.unreadable.why : null;
}

describe("a large record", () => {
  it.each([LARGE_BYTES_MIN - 1, LARGE_BYTES_MIN, LARGE_BYTES_MIN + 1])(
    "of %i bytes has the fields of a small one, whatever its bodies are",
    (sizeBytes) => {
      const line = sized(
        sizeBytes,
        `{${FIELDS},"requestObject":{"data":"`,
        `"},"level":"Request"}`,
      );
      const { event, facts } = normalize(line, KUBERNETES_SOURCE);
      const small = normalize(`{${FIELDS},"level":"Request"}`, KUBERNETES_SOURCE);
      expect({ ...event, id: "", original: null }).toEqual({
        ...small.event,
        id: "",
        original: null,
      });
      expect(facts).toEqual(small.facts);
      expect(event.original?.bytes).toHaveLength(sizeBytes);
    },
  );

  it("has as many values in its bodies as it likes: they are not parsed", () => {
    const brackets = `${"[".repeat(5_000_000)}${"]".repeat(5_000_000)}`;
    const objects = `[${"{},".repeat(1_000_000)}{}]`;
    const line = `{"responseObject":${brackets},${FIELDS},"requestObject":${objects}}`;
    expect(why(line)).toBeNull();
    expect(normalize(line, KUBERNETES_SOURCE).event.actor).toMatchObject({
      name: "u",
      groups: ["g"],
    });
  });

  it("is read by the last of two members of one name, bodies or not, as every parser does", () => {
    const body = `"requestObject":"${"x".repeat(LARGE_BYTES_MIN)}"`;
    const line = `{${body},"user":{"username":"first"},${FIELDS},${body}}`;
    expect(normalize(line, KUBERNETES_SOURCE).event.actor.name).toBe("u");
  });

  it.each([
    [FIELD_VALUES_MAX - 1, null],
    [FIELD_VALUES_MAX, null],
    [
      FIELD_VALUES_MAX + 1,
      expect.stringMatching(/: it has 200001 values beside its bodies, and 200000 are allowed$/),
    ],
  ])("with %i values beside its bodies", (values, expected) => {
    const fixed = 9;
    const list = Array.from({ length: values - fixed }, (_, n) => `"group-${n}"`).join();
    const line = `{${FIELDS},"annotations":[${list}],"requestObject":[1,2,3]}`;
    expect(line.length).toBeGreaterThan(LARGE_BYTES_MIN);
    expect(why(line)).toEqual(expected);
  });

  it.each([
    [FIELDS_BYTES_MAX - 1, null],
    [FIELDS_BYTES_MAX, null],
    [FIELDS_BYTES_MAX + 1, expect.stringMatching(/16777217 bytes beside its bodies/)],
  ])("with %i bytes beside its bodies", (sizeBytes, expected) => {
    const line = sized(sizeBytes, `{${FIELDS},"requestObject":null,"annotations":"`, `"}`);
    expect(why(line)).toEqual(expected);
    expect(why(line.replace(":null", `:${"9".repeat(LARGE_BYTES_MIN)}`))).toEqual(
      expected === null ? null : expect.any(String),
    );
  });

  it("of another dialect has no bodies that are left out: its content is compared", () => {
    const event = (body: string): string =>
      `{"event":"exec","uid":"u","requestObject":"${body.repeat(LARGE_BYTES_MIN)}"}`;
    const [one, two] = ["a", "b"].map((body) => normalize(event(body), TELEPORT_SOURCE).facts);
    expect(one).not.toEqual(two);
  });

  it("that is no JSON is unreadable at the byte where it breaks, also inside a body", () => {
    const body = "x".repeat(LARGE_BYTES_MIN);
    const line = `{${FIELDS},"requestObject":{"data":"${body}",}}`;
    expect(why(line)).toMatch(new RegExp(`breaks at byte ${line.length - 2} of`));
  });
});
