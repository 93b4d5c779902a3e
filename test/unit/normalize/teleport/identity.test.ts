import { describe, expect, it } from "vitest";
import type { Facts } from "../../../../src/model/facts.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";
import { normalize, NORMALIZERS, TELEPORT_SOURCE, teleportEvent } from "../records.ts";

const FIELDS = {
  ei: 3,
  event: "exec",
  uid: "u-1",
  time: "2026-11-22T06:05:59.92Z",
  sid: "s-1",
};

function digestOf(line: string): string {
  const facts: Facts | null = normalize(line, TELEPORT_SOURCE).facts;
  return facts?.dialect === "teleport" ? facts.contentDigest : "";
}

function idsOf(...changes: readonly object[]): readonly string[] {
  return changes.map((change) => teleportEvent({ ...FIELDS, ...change }).id);
}

describe("the id of a Teleport event", () => {
  it("is made of cluster, uid, type, ei and time", () => {
    const ids = idsOf(
      {},
      { cluster_name: "leaf.example" },
      { uid: "u-2" },
      { event: "session.end" },
      { ei: 4 },
      { time: "2026-11-22T06:05:59.93Z" },
    );
    expect(new Set(ids).size).toBe(6);
  });

  it("does not change with spelling, session id or any other field", () => {
    const ids = idsOf(
      {},
      { time: "2026-11-22T06:05:59.920000000Z" },
      { sid: "s-2" },
      { user: "nora" },
      { ei: 3.0 },
    );
    expect(new Set(ids).size).toBe(1);
  });

  it("is made with the session id where there is no uid", () => {
    const ids = idsOf({ uid: undefined }, { uid: "" }, { uid: undefined, sid: "s-2" }, {});
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });

  it("does not take a uid for a session id", () => {
    const [a, b] = [
      teleportEvent({ event: "exec", uid: "x", sid: "y" }).id,
      teleportEvent({ event: "exec", sid: "x" }).id,
    ];
    expect(a).not.toBe(b);
  });

  it("does not depend on when or where the record was read", () => {
    const source = { ...TELEPORT_SOURCE, name: "handler" };
    expect(teleportEvent({ event: "exec", uid: "u" }, source).id).toBe(
      teleportEvent({ event: "exec", uid: "u" }).id,
    );
  });
});

describe("the content digest of a Teleport event", () => {
  it("is one for the same content in another order and spacing", () => {
    expect(digestOf('{"event":"exec","a":{"x":1,"y":[1,2]}}')).toBe(
      digestOf('{ "a": {"y": [1, 2], "x": 1}, "event": "exec" }'),
    );
  });

  it.each([
    ["an integer beyond 2^53", "9007199254740993", "9.007199254740992e15"],
    ["a fraction, of which the file has six digits", "0.123457", "0.12345678"],
    ["a negative fraction", "-1.500001", "-1.5000009"],
    ["a large fraction, of which the file has all digits", "83886080.1234567", "83886080.1234567"],
    ["bytes that are no UTF-8", '"a\\ufffdb"', '"a\\ufffd\\ufffdb"'],
  ])("is one for %s as file and event handler write it", (_, file, handler) => {
    expect(digestOf(`{"event":"exec","a":${file}}`)).toBe(
      digestOf(`{"a":${handler},"event":"exec"}`),
    );
  });

  it.each([
    ['{"event":"exec","user":"","a":{}}', '{"event":"exec"}'],
    ['{"event":"exec","a":null,"ei":0}', '{"event":"exec"}'],
    ['{"event":"exec","a":{"b":false}}', '{"event":"exec","a":[]}'],
    ['{"event":"exec","expires":"0001-01-01T00:00:00Z"}', '{"event":"exec"}'],
  ])("does not tell %s from %s, as no recording does", (a, b) => {
    expect(digestOf(a)).toBe(digestOf(b));
  });

  it.each([
    ['{"event":"exec","a":0.123456}', '{"event":"exec","a":0.123457}'],
    ['{"event":"exec","a":[1,2]}', '{"event":"exec","a":[2,1]}'],
    ['{"event":"exec","a":[0]}', '{"event":"exec","a":[0,0]}'],
    ['{"event":"exec","a":"1"}', '{"event":"exec","a":1}'],
    ['{"event":"exec","a":{"b":1}}', '{"event":"exec","a":[{},"b",1]}'],
    ['{"event":"exec","__proto__":{"b":1}}', '{"event":"exec","__proto__":{"b":2}}'],
  ])("tells %s from %s", (a, b) => {
    expect(digestOf(a)).not.toBe(digestOf(b));
  });

  it("exists for nesting of any depth", () => {
    const deep = (n: number): string =>
      `{"event":"exec","a":${"[".repeat(n)}${"]".repeat(n)},"b":1}`;
    expect(digestOf(deep(100_000))).toMatch(/^[\da-f]{64}/);
    expect(digestOf(deep(62))).not.toBe(digestOf(deep(63)));
    expect(digestOf(deep(63))).not.toBe(digestOf(deep(64)));
  });

  it("is the same from the original bytes", () => {
    const line = '{"event":"exec","b":1,"a":2}';
    const event: AuditEvent = normalize(line, TELEPORT_SOURCE).event;
    const facts = NORMALIZERS.teleport.facts(event);
    expect(facts).toMatchObject({ contentDigest: digestOf(line) });
  });
});
