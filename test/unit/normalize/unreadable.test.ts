import { describe, expect, it } from "vitest";
import type { GapRange, RawRecord, Source } from "../../../src/model/record.ts";
import { EVIDENCE, UNRESOLVED } from "../../../src/model/verdict.ts";
import { gapEvent } from "../../../src/normalize/gap.ts";
import { normalizeRecord } from "../../../src/normalize/record.ts";
import { unreadableEvent } from "../../../src/normalize/unreadable.ts";
import type { Normalizer } from "../../../src/ports/normalizer.ts";
import {
  KUBERNETES_SOURCE,
  normalize,
  NORMALIZERS,
  OBSERVED_AT,
  ORGANIZATION,
  recordOf,
  TELEPORT_SOURCE,
} from "./records.ts";

function unreadable(record: RawRecord, source: Source): ReturnType<typeof unreadableEvent> {
  return unreadableEvent({ record, source, organization: ORGANIZATION, why: "because" });
}

describe("the event of an unreadable record", () => {
  it("carries the bytes, the reason and the dialect, and has no facts", () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x00]);
    const { event, facts } = normalize(bytes, TELEPORT_SOURCE);
    expect(facts).toBeNull();
    expect(event.original?.bytes).toEqual(bytes);
    expect(event.detail).toEqual({
      unreadable: { dialect: "teleport", why: "Cannot parse JSON: it breaks at byte 1 of 3" },
    });
    expect(event.verdict).toBe(UNRESOLVED);
  });

  it("is seen where its neighbours are", () => {
    const kubernetes = unreadable(recordOf("x"), KUBERNETES_SOURCE);
    expect(kubernetes.labels["stream"]).toBe("logs-audit-kube-api");
    const teleport = unreadable(recordOf("x"), TELEPORT_SOURCE);
    expect(teleport.labels["stream"]).toBe("logs-audit-teleport");
  });

  it("has one id wherever and whenever the same bytes are read", () => {
    const record = recordOf("x");
    const again = { ...record, position: "elsewhere", observedAt: record.observedAt + 1 };
    expect(unreadable(again, KUBERNETES_SOURCE).id).toBe(unreadable(record, KUBERNETES_SOURCE).id);
  });

  it("has another id for other bytes, another cluster, another dialect, another whole length or digest", () => {
    const record = recordOf("x");
    const ids = [
      unreadable(record, KUBERNETES_SOURCE),
      unreadable(recordOf("y"), KUBERNETES_SOURCE),
      unreadable(record, { ...KUBERNETES_SOURCE, cluster: "stage" }),
      unreadable(record, { ...KUBERNETES_SOURCE, dialect: "teleport" }),
      unreadable({ ...record, truncatedFromBytes: 100 }, KUBERNETES_SOURCE),
      unreadable({ ...record, truncatedFromBytes: 101 }, KUBERNETES_SOURCE),
      unreadable({ ...record, truncatedFromBytes: 101, wholeSha256: "a" }, KUBERNETES_SOURCE),
      unreadable({ ...record, truncatedFromBytes: 101, wholeSha256: "b" }, KUBERNETES_SOURCE),
    ].map((event) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is made of a record at which a normalizer throws", () => {
    const normalizer: Normalizer = {
      dialect: "teleport",
      normalize: () => {
        throw new TypeError("no such field");
      },
      facts: () => null,
    };
    const by = { normalizer, organization: ORGANIZATION };
    const normalized = normalizeRecord(by, recordOf("{}"), TELEPORT_SOURCE);
    expect(normalized?.facts).toBeNull();
    expect(normalized?.event.detail).toMatchObject({
      unreadable: { why: 'Cannot normalize a record of dialect "teleport": no such field' },
    });
  });

  it("has no facts either when it comes from the journal, even where its bytes look readable", () => {
    const record = recordOf('{"event":"exec","auditID":"a","stage":"Panic"}');
    expect(NORMALIZERS.teleport.facts(unreadable(record, TELEPORT_SOURCE))).toBeNull();
    const kubernetes = unreadable(record, KUBERNETES_SOURCE);
    expect(NORMALIZERS["kubernetes-audit"].facts(kubernetes)).toBeNull();
  });

  it("says the digest of the whole record where it is of the head alone", () => {
    const head = { ...recordOf("{"), truncatedFromBytes: 100, wholeSha256: "ab12" };
    const by = { normalizer: NORMALIZERS.teleport, organization: ORGANIZATION };
    expect(normalizeRecord(by, head, TELEPORT_SOURCE)?.event.detail).toMatchObject({
      unreadable: {
        why: "Cannot read a record of 100 bytes: only its first 1 bytes were kept; SHA-256 of the whole: ab12",
      },
    });
  });

  it("is not made of an empty line", () => {
    const by = { normalizer: NORMALIZERS.teleport, organization: ORGANIZATION };
    expect(normalizeRecord(by, recordOf("\r"), TELEPORT_SOURCE)).toBeNull();
  });
});

describe("the event of a gap", () => {
  const range: GapRange = {
    source: KUBERNETES_SOURCE,
    from: "1:2:300",
    to: "1:2:900",
    sizeBytes: 600,
    count: null,
    cause: 'File "audit.log" was truncated',
    observedAt: OBSERVED_AT,
  };

  it("says what is missing, where and why", () => {
    const event = gapEvent({ range, organization: ORGANIZATION });
    expect(event).toMatchObject({
      labels: { stream: "logs-audit-kube-api" },
      origin: { kind: "chaperone", name: "prod-audit", cluster: "prod" },
      detail: { gap: { source: "prod-audit", from: "1:2:300", to: "1:2:900", sizeBytes: 600 } },
      original: null,
      verdict: EVIDENCE,
    });
  });

  it("has an id of source and range alone", () => {
    const idOf = (change: Partial<GapRange>): string =>
      gapEvent({ range: { ...range, ...change }, organization: ORGANIZATION }).id;
    expect(idOf({ observedAt: OBSERVED_AT + 1 })).toBe(idOf({}));
    const others = [idOf({}), idOf({ from: "1:2:301" }), idOf({ to: "1:2:901" })];
    const elsewhere = idOf({ source: { ...KUBERNETES_SOURCE, name: "other" } });
    expect(new Set([...others, elsewhere]).size).toBe(4);
  });
});
