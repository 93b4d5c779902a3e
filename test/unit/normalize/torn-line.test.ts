import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { RawRecord, Source } from "../../../src/model/record.ts";
import { normalizeLine } from "../../../src/normalize/record.ts";
import {
  KUBERNETES_SOURCE,
  normalize,
  NORMALIZERS,
  ORGANIZATION,
  recordOf,
  TELEPORT_SOURCE,
} from "./records.ts";

interface Line {
  readonly lineEnd?: RawRecord["lineEnd"];
  readonly source?: Source;
}

function eventsOf(line: string | Uint8Array, of: Line = {}): readonly AuditEvent[] {
  const { lineEnd = "found", source = KUBERNETES_SOURCE } = of;
  const by = { normalizer: NORMALIZERS[source.dialect], organization: ORGANIZATION };
  const record: RawRecord = { ...recordOf(line), lineEnd };
  return normalizeLine(by, record, source).map(({ event }) => event);
}

/** What each event of the line was made of: its text, in brackets where it could not be read. */
function textsOf(line: string | Uint8Array, of: Line = {}): readonly string[] {
  return eventsOf(line, of).map(({ original, detail }) => {
    const text = Buffer.from(original?.bytes ?? []).toString();
    return detail !== null && "unreadable" in detail ? `[${text}]` : text;
  });
}

function kube(auditID: string, rest: object = {}): string {
  const head = { kind: "Event", apiVersion: "audit.k8s.io/v1", level: "Request", auditID };
  return JSON.stringify({ ...head, stage: "ResponseComplete", ...rest });
}

function exec(uid: string): string {
  return JSON.stringify({ ei: 0, event: "exec", uid, time: "2026-11-22T12:00:00Z" });
}

describe.each([
  ["Kubernetes", KUBERNETES_SOURCE, kube],
  ["Teleport", TELEPORT_SOURCE, exec],
] as const)("a torn line of %s", (_, source, make) => {
  it("gives the event that was glued behind the torn one, with the id it has alone, wherever the tear is", () => {
    const [torn, whole] = [make("torn"), make("whole")];
    for (let cut = 1; cut < torn.length; cut++) {
      const events = eventsOf(torn.slice(0, cut) + whole, { source });
      expect(events).toHaveLength(2);
      expect(events[1]?.id).toBe(normalize(whole, source).event.id);
      expect(Buffer.from(events[0]?.original?.bytes ?? []).toString()).toBe(torn.slice(0, cut));
      expect(events[1]?.origin.position).toBe(`64769:1311:${cut}`);
    }
  });

  it("gives every one of several whole events, with NULs and white space between them", () => {
    const [one, two, three] = [make("one"), make("two"), make("three")];
    expect(textsOf(`\0\0${one}${two}\0\0\0 ${three}\r\0`, { source })).toEqual([one, two, three]);
  });

  it("gives whole events on both sides of a torn one", () => {
    const [one, torn, two] = [make("one"), make("torn").slice(0, 30), make("two")];
    expect(textsOf(`${one}${torn}${two}`, { source })).toEqual([one, `[${torn}]`, two]);
  });

  it("keeps the event in front of a torn rest, and the rest as it is", () => {
    const torn = make("torn").slice(0, -3);
    expect(textsOf(make("one") + torn, { source })).toEqual([make("one"), `[${torn}]`]);
  });

  it("accounts for every byte but NULs and white space, whatever was torn, glued and damaged", () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 6 }).map(make),
      fc.tuple(fc.string(), fc.nat(60)).map(([name, cut]) => make(name).slice(0, cut)),
      fc.constantFrom("\0\0", " ", "}", "{", '"', "\\", '\\"', "]", "[{", "{}", '{"a":"', "x"),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, isEnded) => {
        const line = pieces.join("");
        const lineEnd = isEnded ? "found" : "missing";
        const texts = eventsOf(line, { source, lineEnd }).map(({ original }) =>
          Buffer.from(original?.bytes ?? []).toString(),
        );
        expect(texts.join("").replaceAll(/[\0\s]/g, "")).toBe(line.replaceAll(/[\0\s]/g, ""));
      }),
    );
  });
});

describe("an event that somebody wrote into an event", () => {
  const fake = kube("fake");

  it("is none while the line is JSON as a whole, in a string or in a body", () => {
    for (const line of [kube("a", { userAgent: fake }), kube("a", { requestObject: { fake } })])
      expect(textsOf(line)).toEqual([line]);
    const body = kube("a", { requestObject: JSON.parse(fake) as object });
    expect(textsOf(body)).toEqual([body]);
    const list = `[${fake}]`;
    expect(textsOf(list)).toEqual([`[${list}]`]);
  });

  it("is none inside a torn event, wherever the tear is, in a string or in a body", () => {
    const nested = JSON.parse(fake) as object;
    const rest = {
      userAgent: `x ${fake}`,
      requestObject: { spec: [nested, nested], more: nested },
    };
    const [torn, whole] = [kube("torn", rest), kube("whole")];
    for (let cut = 1; cut < torn.length; cut++) {
      const head = torn.slice(0, cut);
      expect(textsOf(head + whole)).toEqual([`[${head}]`, whole]);
      expect(textsOf(head, { lineEnd: "missing" })).toEqual([`[${head}]`]);
    }
  });

  it("is none in the second of two torn events, wherever both tears are", () => {
    const torn = kube("torn", { requestObject: { spec: JSON.parse(fake) as object } });
    const whole = kube("whole");
    const cuts = Array.from({ length: torn.length - 1 }, (_, n) => n + 1);
    const behindFake = torn.indexOf(fake) + fake.length;
    for (const cut of cuts) {
      const heads = torn.slice(0, cut) + torn.slice(0, behindFake);
      expect(textsOf(heads + whole)).toEqual([`[${heads}]`, whole]);
    }
  });
});

describe("a torn head behind which several whole events stand", () => {
  it("is told from the first of them where it breaks inside of it", () => {
    const torn = kube("torn").slice(0, 60);
    const [one, two, three] = [kube("one"), kube("two"), kube("three")];
    expect(textsOf(torn + one + two + three)).toEqual([`[${torn}]`, one, two, three]);
  });

  it("keeps the first of them where it could be a part of the torn one", () => {
    const torn = kube("torn", { requestObject: {} }).slice(0, -3);
    const [one, two, three] = [kube("one"), kube("two"), kube("three")];
    expect(torn.endsWith(":")).toBe(true);
    expect(textsOf(torn + one + two + three)).toEqual([`[${torn}${one}]`, two, three]);
  });
});

describe("a line that is damaged in another way", () => {
  it("stays one unreadable event with all its bytes", () => {
    for (const line of ["xx\r", "}{", "{", '{"a":1}{"b":2}', "[]]", '"{}'])
      expect(textsOf(line)).toEqual([`[${line}]`]);
  });

  it("of NULs and white space is no event", () => {
    expect(eventsOf("\0\0\0")).toEqual([]);
    expect(eventsOf(" \0\r")).toEqual([]);
  });

  it("is left alone where it is no line, or only the head of one", () => {
    const glued = kube("one") + kube("two");
    const by = { normalizer: NORMALIZERS["kubernetes-audit"], organization: ORGANIZATION };
    const head: RawRecord = { ...recordOf(glued), lineEnd: "found", truncatedFromBytes: 9_000 };
    for (const record of [recordOf(glued), head])
      expect(normalizeLine(by, record, KUBERNETES_SOURCE)).toMatchObject([{ facts: null }]);
  });

  it("gives at most 1,000 events, and keeps the bytes of the others", () => {
    const lineOf = (count: number): string =>
      Array.from({ length: count }, (_, n) => kube(String(n))).join("");
    expect(textsOf(lineOf(1_000)).filter((text) => !text.startsWith("["))).toHaveLength(1_000);
    const texts = textsOf(lineOf(1_002));
    expect(texts).toHaveLength(1_001);
    expect(texts.at(-1)).toBe(`[${kube("1000")}${kube("1001")}]`);
  });
});

it("a hostile line costs a fixed number of looks at each byte: one of 1 MB ends at once", () => {
  const size = 1_000_000;
  for (const unit of [
    "{",
    "}",
    '{"a":',
    '{"a":"',
    '"',
    "\\",
    '\\"',
    "{}",
    '{"kind":"Event"',
    "[{",
  ]) {
    const line = unit.repeat(size / unit.length);
    expect(eventsOf(line)).toHaveLength(1);
    expect(eventsOf(`${line}${kube("a")}`).length).toBeLessThanOrEqual(2);
  }
});
