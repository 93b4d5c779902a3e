import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJsonEncoder } from "../../../../src/forward/otlp/json.ts";
import { createProtobufEncoder } from "../../../../src/forward/otlp/protobuf.ts";
import type { JournalEntry } from "../../../../src/model/entry.ts";
import { NOT_VENDOR } from "../../../../src/model/verdict.ts";
import { logRecordsOf, type LogRecord } from "../../../support/containers/otlp-json.ts";
import { anEntry, entriesOf, someEntries } from "../../../support/entries.ts";
import { anyEvent } from "../../../support/otlp-events.ts";
import { WITHDRAWN_FINDING, aSealedGrant } from "../../../support/sealed-grant.ts";
import { decodedRecords } from "../../../support/otlp-request.ts";
import { decodeOtlp } from "../../../support/otlp-schema.ts";

const SIZE_BYTES = 64 * 1024;

function bodyBytes(entry: JournalEntry): Buffer {
  const original = entry.event().original;
  return Buffer.from(original?.bytes ?? []);
}

/** What an event's attributes are when nothing goes before it. */
function attributesAlone(entry: JournalEntry): LogRecord["attributes"] | undefined {
  return decodedRecords(createProtobufEncoder(SIZE_BYTES).encode([entry]))[0]?.attributes;
}

function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  throw new TypeError("the body is no string");
}

describe("protobuf encoder", () => {
  it("says what the given exporter says of the same events, whatever is in them", async () => {
    const reference = createJsonEncoder();
    const ours = createProtobufEncoder(16);
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 8 }), async (events) => {
        const entries = entriesOf(events);
        const expected = await reference.encode(entries);
        expect(decodedRecords(ours.encode(entries))).toEqual(
          logRecordsOf(Buffer.from(expected.body).toString("utf8")),
        );
      }),
      { numRuns: 300 },
    );
    await reference.close();
  });

  it("puts the original bytes into the body as a string where they are UTF-8", () => {
    const bytes = Buffer.from('{"verb":"list","user":"Zoë 🦊"}');
    const entry = anEntry({ original: { bytes, sha256: "", truncatedFromBytes: null } });
    const [record] = decodedRecords(createProtobufEncoder(SIZE_BYTES).encode([entry]));
    expect(record?.body).toBe(bytes.toString("utf8"));
  });

  it("puts the original bytes into the body as bytes where they are not UTF-8", () => {
    const bytes = Uint8Array.of(0x7b, 0xff, 0xfe, 0x00, 0x7d);
    const entry = anEntry({ original: { bytes, sha256: "", truncatedFromBytes: null } });
    const encoded = createProtobufEncoder(SIZE_BYTES).encode([entry]);
    expect(JSON.stringify(decodeOtlp("ExportLogsServiceRequest", encoded))).toContain(
      `"body":{"bytesValue":"${Buffer.from(bytes).toString("base64")}"}`,
    );
  });

  it("puts the detail's JSON form into the body of an event without a record", () => {
    const finding = {
      rule: "action-uncovered",
      severity: "high",
      evidence: ["e1"],
      grants: [],
      subject: null,
      number: 1,
      firstId: null,
      state: "open",
    };
    const entry = anEntry({ detail: { finding }, original: null });
    const [record] = decodedRecords(createProtobufEncoder(SIZE_BYTES).encode([entry]));
    expect(JSON.parse(textOf(record?.body))).toEqual({ finding });
  });

  it("says which edition of a finding it is and that it was withdrawn, which raises no alarm", () => {
    const entry = anEntry({ detail: { finding: WITHDRAWN_FINDING } });
    const [record] = decodedRecords(createProtobufEncoder(SIZE_BYTES).encode([entry]));
    expect(record?.severityText).toBe("INFO");
    expect(record?.attributes).toMatchObject({
      "chaperone.finding.number": 3,
      "chaperone.finding.first_id": "f-1",
      "chaperone.finding.state": "withdrawn",
    });
  });

  it("says the digests and counts of a seal, and nothing of one where a grant was not sealed", () => {
    const grant = aSealedGrant();
    expect(attributesAlone(anEntry({ detail: { grant } }))).toMatchObject({
      "chaperone.grant.change": "sealed",
      "chaperone.seal.number": 7,
      "chaperone.seal.digest": "ab".repeat(32),
      "chaperone.seal.previous_digest": "cd".repeat(32),
      "chaperone.seal.chain_digest": "ef".repeat(32),
      "chaperone.seal.events": 40,
      "chaperone.seal.findings": 2,
      "chaperone.seal.gaps": 1,
    });
    const unsealed = attributesAlone(anEntry({ detail: { grant: { ...grant, seal: null } } }));
    expect(Object.keys(unsealed ?? {}).join()).not.toContain("chaperone.seal");
  });

  it("keeps microseconds in times", () => {
    const entry = anEntry({
      occurredAt: 1_795_315_880_736_383,
      observedAt: 1_795_315_880_736_384,
    });
    const [record] = decodedRecords(createProtobufEncoder(SIZE_BYTES).encode([entry]));
    expect(record?.timeUnixNano).toBe("1795315880736383000");
    expect(record?.observedTimeUnixNano).toBe("1795315880736384000");
  });

  it("says that the time is unknown where nanoseconds since 1970 cannot say it", () => {
    const entry = anEntry({ occurredAt: -1 });
    const [record] = decodedRecords(createProtobufEncoder(SIZE_BYTES).encode([entry]));
    expect(record?.timeUnixNano).toBe("0");
  });

  it("groups records by resource and keeps their order within it", () => {
    const at = (name: string) => ({
      kind: "kubernetes-audit",
      name,
      cluster: "prod",
      position: "",
    });
    const entries = entriesOf(
      ["a", "b", "a", "b", "a"].map((name, n) => {
        return anEntry({ id: `event-${n}`, origin: at(name) }).event();
      }),
    );
    const encoded = createProtobufEncoder(SIZE_BYTES).encode(entries);
    const request = decodeOtlp("ExportLogsServiceRequest", encoded);
    expect(request["resourceLogs"]).toHaveLength(2);
    expect(decodedRecords(encoded).map((r) => r.attributes["log.record.uid"])).toEqual([
      "event-0",
      "event-2",
      "event-4",
      "event-1",
      "event-3",
    ]);
  });

  it("gives every event all its attributes where it is like the one before", () => {
    const verdict = { ...NOT_VENDOR, grants: ["grant-1"], related: ["grant-2"], skewMs: 250 };
    const entries = ["a", "b", "c"].map((id) => anEntry({ id, verdict }));
    const records = decodedRecords(createProtobufEncoder(SIZE_BYTES).encode(entries));
    expect(records.map((record) => record.attributes)).toEqual(entries.map(attributesAlone));
    expect(records[2]?.attributes).toMatchObject({
      "log.record.uid": "c",
      "user.name": "ada@acme.example",
      "chaperone.grants": ["grant-1"],
      "chaperone.related": ["grant-2"],
      "chaperone.verdict.skew_ms": 250,
      "chaperone.kubernetes.decision": "allow",
    });
  });

  it("gives nothing of one batch to the next when the same encoder is used again", () => {
    const encoder = createProtobufEncoder(SIZE_BYTES);
    const before = anEntry({ verdict: { ...anEntry().event().verdict, grants: ["grant-1"] } });
    encoder.encode([before, before]);
    const entries = someEntries(3);
    expect(decodedRecords(encoder.encode(entries))).toEqual(
      decodedRecords(createProtobufEncoder(SIZE_BYTES).encode(entries)),
    );
  });

  it.each([0, 127, 128, 15_400, 16_383, 16_384, 2_097_151, 2_097_152, 5_000_000])(
    "carries a body of %i bytes among ordinary neighbours",
    (length) => {
      const big = anEntry({
        id: "big",
        original: { bytes: Buffer.alloc(length, "x"), sha256: "", truncatedFromBytes: null },
      });
      const entries = [anEntry({ id: "before" }), big, anEntry({ id: "after" })];
      const records = decodedRecords(createProtobufEncoder(SIZE_BYTES).encode(entries));
      expect(records.map((record) => record.attributes)).toEqual(entries.map(attributesAlone));
      expect(records.map((record) => Buffer.from(textOf(record.body)))).toEqual(
        entries.map(bodyBytes),
      );
    },
  );

  it("writes valid UTF-8 where a string has lone surrogates", () => {
    const name = `${"a".repeat(200)}\ud800b\udfff`;
    const actor = { ...anEntry().event().actor, name, userAgent: "\udc00" };
    const [record] = decodedRecords(createProtobufEncoder(SIZE_BYTES).encode([anEntry({ actor })]));
    expect(record?.attributes["user.name"]).toBe(name.toWellFormed());
    expect(record?.attributes["user_agent.original"]).toBe("\ufffd");
  });
});
