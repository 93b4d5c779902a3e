import { describe, expect, it } from "vitest";
import { EVENT_SCHEMA, decodeEvent, encodeEvent } from "../../../../src/avro/event.ts";
import { toJsonBytes, toJsonLine } from "../../../../src/forward/encode/json.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";
import { anEvent } from "../../../support/entries.ts";
import { WITHDRAWN_FINDING, aSealedGrant } from "../../../support/sealed-grant.ts";

/** Every event that is delivered came through Avro, so these do as well. */
function jsonOf(event: AuditEvent): Record<string, unknown> {
  const line = toJsonLine(decodeEvent(encodeEvent(event)));
  expect(line).not.toMatch(/[\n\r]/);
  return JSON.parse(line) as Record<string, unknown>;
}

const original = (bytes: Uint8Array) => ({ bytes, sha256: "ab12", truncatedFromBytes: null });

describe("the JSON form", () => {
  it("is key for key what the design shows, in its order", () => {
    const event = anEvent({
      id: "0a1b",
      labels: { stream: "logs-audit-kube-api", vendor: "example-cloud" },
      occurredAt: 1_795_315_880_736_383,
      observedAt: 1_795_315_881_000_000,
      original: original(Buffer.from('{"kind":"Event"}')),
      verdict: {
        grants: ["g-1"],
        related: [],
        method: "window",
        coverage: "covered",
        skewMs: null,
      },
    });
    expect(toJsonLine(event)).toBe(
      '{"id":"0a1b","organization":"acme","labels":{"stream":"logs-audit-kube-api","vendor":"example-cloud"},' +
        '"origin":{"kind":"kubernetes-audit","name":"prod-audit","cluster":"prod","position":"1:2:3"},' +
        '"occurredAt":"2026-11-22T02:51:20.736383Z","endedAt":null,"observedAt":"2026-11-22T02:51:21.000000Z",' +
        '"actor":{"name":"ada@acme.example","uid":null,"kind":"human","groups":["system:authenticated"],"roles":[],' +
        '"impersonator":null,"sourceAddress":"192.0.2.7","claimedAddresses":[],"userAgent":"kubectl/v1.31.0",' +
        '"credentialId":null},"action":{"class":"read","name":"list"},' +
        '"target":{"kind":"pods","apiGroup":"","namespace":"ml-train","name":null,"subresource":null,"host":null},' +
        '"outcome":{"status":"success","code":"200","reason":null},"session":null,' +
        '"detail":{"kubernetes":{"auditId":"0a1b","level":"Metadata","stage":"ResponseComplete","verb":"list",' +
        '"requestUri":"/api/v1/namespaces/ml-train/pods","requestReceivedTimestamp":"2026-11-22T02:51:20.736383Z",' +
        '"stageTimestamp":"2026-11-22T02:51:20.738400Z","decision":"allow","redacted":[]}},' +
        '"original":{"encoding":"utf8","bytes":"{\\"kind\\":\\"Event\\"}","sha256":"ab12","truncatedFromBytes":null},' +
        '"verdict":{"grants":["g-1"],"related":[],"method":"window","coverage":"covered","skewMs":null}}',
    );
  });

  it("writes the end of what lasts and the window of a grant as times, and their absence as null", () => {
    const grant = {
      uid: null,
      event: "access_request.update",
      code: "T5001I",
      grantId: "g-1",
      kind: "teleport-access-request",
      change: "approved",
      state: "APPROVED",
      principal: null,
      decidedBy: null,
      roles: [],
      reason: null,
      validFrom: 1_795_315_880_000_001,
      validUntil: null,
      seal: null,
    };
    const json = jsonOf(anEvent({ endedAt: 1_795_315_880_000_000, detail: { grant } }));
    expect(json["endedAt"]).toBe("2026-11-22T02:51:20.000000Z");
    expect(json["detail"]).toEqual({
      grant: { ...grant, validFrom: "2026-11-22T02:51:20.000001Z", validUntil: null },
    });
  });

  it("writes which edition of a finding it is and what became of it, and the seal of a grant", () => {
    const finding = WITHDRAWN_FINDING;
    expect(jsonOf(anEvent({ detail: { finding } }))["detail"]).toEqual({ finding });
    const grant = aSealedGrant();
    expect(jsonOf(anEvent({ detail: { grant } }))["detail"]).toEqual({ grant });
  });

  it("knows every instant of the schema, so that none goes out as a number", () => {
    expect(instantsOf(JSON.parse(EVENT_SCHEMA))).toEqual([
      "endedAt",
      "observedAt",
      "occurredAt",
      "requestReceivedTimestamp",
      "stageTimestamp",
      "validFrom",
      "validUntil",
    ]);
  });

  it("gives the original's bytes back, whatever they are", () => {
    for (const bytes of [
      Buffer.from("\u{feff}grün \u{1f511} \u2028 \u0000 \r\n"),
      Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.alloc(0),
    ]) {
      const form = jsonOf(anEvent({ original: original(bytes) }))["original"];
      const { encoding, bytes: text } = form as { encoding: "utf8" | "base64"; bytes: string };
      expect(Buffer.from(text, encoding)).toEqual(bytes);
    }
  });

  it("says that the bytes are base64 only where they are not valid UTF-8", () => {
    expect(jsonOf(anEvent({ original: original(Buffer.from("é")) }))["original"]).toMatchObject({
      encoding: "utf8",
      bytes: "é",
    });
    expect(jsonOf(anEvent({ original: original(Buffer.from([0xe9])) }))["original"]).toMatchObject({
      encoding: "base64",
      bytes: "6Q==",
    });
  });

  it("has null for the original and the detail of an event without them", () => {
    expect(jsonOf(anEvent({ original: null, detail: null }))).toMatchObject({
      original: null,
      detail: null,
    });
  });
});

/** Names of the fields of the type timestamp-micros, at any depth. */
function instantsOf(schema: unknown): readonly string[] {
  const names = new Set<string>();
  JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || !("name" in value)) return value;
    if ("type" in value && isInstant(value.type)) names.add(String(value.name));
    return value;
  });
  return [...names].toSorted();
}

function isInstant(type: unknown): boolean {
  if (Array.isArray(type)) return type.some((branch) => isInstant(branch));
  return typeof type === "object" && type !== null && "logicalType" in type;
}

describe("the JSON form of a large event", () => {
  const MIB = 1024 * 1024;

  it.each([MIB - 1, MIB, MIB + 1])(
    "of %i bytes is byte for byte that of a small one",
    (sizeBytes) => {
      const every = Buffer.from(
        Array.from({ length: 128 }, (_, n) => String.fromCharCode(n)).join("") +
          "x".repeat(2_048) +
          "é\u2028\u{1f680}\ufeff",
      );
      const bytes = Buffer.alloc(sizeBytes, every).map((byte, at) =>
        at >= sizeBytes - (sizeBytes % every.length) ? 0x22 : byte,
      );
      const event = anEvent({ original: original(bytes) });
      expect(toJsonBytes(event).equals(Buffer.from(toJsonLine(event)))).toBe(true);
    },
  );

  it("has base64 where it is no text, or where its text would take more than that", () => {
    const quotes = (share: number) =>
      Buffer.alloc(3 * MIB, "x").fill('"', 0, Math.floor(MIB * share));
    const encodingOf = (bytes: Uint8Array): unknown => {
      const line = toJsonBytes(anEvent({ original: original(bytes) })).toString();
      const form = (JSON.parse(line) as { original: { encoding: "utf8"; bytes: string } }).original;
      expect(Buffer.from(form.bytes, form.encoding).equals(bytes)).toBe(true);
      return form.encoding;
    };
    expect(encodingOf(Buffer.alloc(MIB + 1, 0xff))).toBe("base64");
    expect(encodingOf(quotes(1))).toBe("utf8");
    expect(encodingOf(quotes(1.001))).toBe("base64");
  });
});
