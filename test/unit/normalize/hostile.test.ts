import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEvent, encodeEvent } from "../../../src/avro/event.ts";
import type { Source } from "../../../src/model/record.ts";
import {
  KUBERNETES_SOURCE,
  kubernetesEvent,
  normalize,
  NORMALIZERS,
  TELEPORT_SOURCE,
  teleportEvent,
} from "./records.ts";

/** Names of fields that are read, so that wrong values land where they matter. */
const FIELDS = [
  ..."kind auditID stage verb level requestURI user impersonatedUser sourceIPs userAgent".split(
    " ",
  ),
  ..."objectRef responseStatus annotations metadata timestamp stageTimestamp".split(" "),
  ..."event uid code ei time cluster_name sid login access_requests identity target".split(" "),
  ..."kubernetes_groups kubernetes_cluster proto server_hostname addr.remote id roles".split(" "),
  ..."resource_ids exitCode response_code action flags success reason name user_kind".split(" "),
  ..."requestReceivedTimestamp reviewer updated_by device bot_name __proto__".split(" "),
];
const EVENT_TYPES = ["exec", "cert.create", "lock.created", "access_request.create", "sftp"];

const sources: readonly (readonly [string, Source])[] = [
  ["Kubernetes", KUBERNETES_SOURCE],
  ["Teleport", TELEPORT_SOURCE],
];

describe.each(sources)("hostile records of %s", (_, source) => {
  it("give one event each, whatever type their fields have, that Avro can carry", () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.maxSafeInteger(),
      fc.date({ noInvalidDate: true, min: new Date("0000-01-01"), max: new Date("9999-12-31") }),
    );
    const fields = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 30 });
    fc.assert(
      fc.property(fields, fc.constantFrom(...EVENT_TYPES), (wrong, event) => {
        const line = JSON.stringify({ ...wrong, auditID: "a", stage: "Panic", event });
        const normalized = normalize(line, source);
        const decoded = decodeEvent(encodeEvent(normalized.event));
        expect(decoded).toEqual(normalized.event);
        expect(NORMALIZERS[source.dialect].facts(normalized.event)).toEqual(normalized.facts);
      }),
    );
  });

  it("give one event each, whatever their bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const { event } = normalize(Buffer.concat([Buffer.from("{"), bytes]), source);
        expect(event.original?.bytes.length).toBe(bytes.length + 1);
      }),
    );
  });

  it("are read however deep they are nested", () => {
    const deep = `${"[".repeat(500_000)}${"]".repeat(500_000)}`;
    const line = `{"auditID":"a","stage":"Panic","event":"exec","requestObject":${deep}}`;
    expect(normalize(line, source).facts).not.toBeNull();
  });

  it("cannot reach the fields of another object through __proto__", () => {
    const line =
      '{"auditID":"a","stage":"Panic","event":"exec","__proto__":{"user":{"username":"admin"}},' +
      '"user":{"__proto__":{"username":"admin"}}}';
    expect(normalize(line, source).event.actor.name).toBeNull();
    expect(Object.hasOwn(Object.prototype, "username")).toBe(false);
  });

  it("leave no lone surrogate in any field", () => {
    const line = [
      String.raw`{"auditID":"\ud800","stage":"Panic","event":"exec","verb":"\uDFFF","user":"\ud83d"`,
      String.raw`"sourceIPs":["\udc00"],"server_hostname":"ok \ud83d\ude80 \\ud800"}`,
    ].join();
    const { event } = normalize(line, source);
    const texts = JSON.stringify({ ...event, original: null });
    // JSON writes half a character as an escape; a text that spells one out has two backslashes.
    expect(texts).not.toMatch(/(?<!\\)\\u[dD][89a-fA-F]/);
    expect(texts).toContain("\u{fffd}");
  });
});

describe("a surrogate that stands alone", () => {
  it.each([String.raw`\ud800`, String.raw`\uD800`, String.raw`\udc00\ud800`, String.raw`\uDBFFx`])(
    "is replaced where it is the only one of its spelling: %s",
    (escape) => {
      const line = `{"event":"exec","user":"${escape}"}`;
      expect(normalize(line, TELEPORT_SOURCE).event.actor.name?.isWellFormed()).toBe(true);
    },
  );
});

describe("a field of a wrong type", () => {
  it("counts as absent, in Kubernetes", () => {
    const event = kubernetesEvent({
      user: "admin",
      impersonatedUser: ["admin"],
      sourceIPs: "192.0.2.1",
      verb: 7,
      objectRef: [],
      userAgent: {},
      annotations: "none",
    });
    expect(event.actor).toMatchObject({ name: null, sourceAddress: null, userAgent: null });
    expect(event.action.name).toBe("");
    expect(event.target.kind).toBeNull();
  });

  it("counts as absent, in Teleport", () => {
    const event = teleportEvent({ event: "exec", user: { name: "x" }, sid: 42, ei: {}, code: 1 });
    expect(event.actor.name).toBeNull();
    expect(event.session).toBeNull();
    expect(event.detail).toMatchObject({ teleport: { index: 0, code: null } });
  });

  it("is left out of a list, and the rest of the list is kept whole", () => {
    const groups = [...Array.from({ length: 5_000 }, (_, i) => `g-${i}`), 7, null, "last"];
    const { actor } = kubernetesEvent({ user: { username: "u", groups } });
    expect(actor.groups).toHaveLength(5_001);
    expect(actor.groups.at(-1)).toBe("last");
  });
});
