import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sessionOfFile } from "../../../src/collect/teleport/recordings/session-id.ts";
import type { NormalizedEvent } from "../../../src/model/normalization.ts";
import type { Source } from "../../../src/model/record.ts";
import { factsOf, createNormalizers } from "../../../src/normalize/normalizers.ts";
import { normalizeRecord } from "../../../src/normalize/record.ts";
import { decodeRecord } from "../../../src/recording/decode.ts";
import { createTestLine } from "../../support/correlate-line.ts";
import { SETS } from "../../support/labelled.ts";
import { recordedClusters, type RecordedCluster } from "../../support/shared-recordings.ts";
import { describeShared } from "../../support/shared.ts";
import { recordOf } from "../normalize/records.ts";
import { readAll } from "./reading.ts";

const normalizers = createNormalizers("acme");
const LOG: Source = { name: "log", dialect: "teleport", cluster: null };
const RECORDINGS: Source = { name: "recordings", dialect: "teleport-recording", cluster: null };

type Fields = Readonly<Record<string, unknown>>;

async function decodedOf(path: string): Promise<readonly Fields[]> {
  const { records, faults } = await readAll(readFileSync(path));
  expect(faults).toEqual([]);
  return records.map((bytes) => decodeRecord(bytes).fields);
}

describe.each(recordedClusters().map((cluster) => [cluster.name, cluster] as const))(
  "the recordings of %s",
  (_, cluster) => {
    it("hold what the log has, to the letter, under the same uid and index", async () => {
      const lines = new Map(cluster.logLines.map((line) => [keyOf(JSON.parse(line)), line]));
      let inBoth = 0;
      for (const path of cluster.recordings)
        for (const fields of await decodedOf(path)) {
          if (fields["event"] === "print" || fields["event"] === "resize") continue;
          expect(JSON.stringify(fields)).toBe(lines.get(keyOf(fields)));
          inBoth++;
        }
      expect(inBoth).toBeGreaterThan(10);
    });

    it.each(["the log first", "the recordings first", "one by one, backwards"])(
      "and its log together are one event each, %s",
      async (order) => {
        const recorded = await recordedEvents(cluster);
        const logged = cluster.logLines.map((line) => eventOf(Buffer.from(line), LOG));
        const policy = SETS[1]?.[2];
        const line = createTestLine({
          ...(policy === undefined ? {} : { policy }),
          factsOf: (event) => factsOf(normalizers, event),
        });
        line.advance({ evidence: Infinity, isEvidenceIdle: true });
        const all = order === "the log first" ? [...logged, ...recorded] : [...recorded, ...logged];
        if (order.startsWith("one")) for (const event of all.toReversed()) line.feed(event);
        else line.feed(all);
        line.advance({ evidence: Infinity, isEvidenceIdle: true });
        expect(line.findings("event-id-reused")).toEqual([]);
        const ids = line.journal
          .filter(({ kind, event }) => kind !== "held" && event.origin.kind !== "chaperone")
          .map(({ event }) => event.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(new Set(ids)).toEqual(new Set(all.map(({ event }) => event.id)));
      },
    );
  },
);

async function recordedEvents(cluster: RecordedCluster): Promise<readonly NormalizedEvent[]> {
  const events: NormalizedEvent[] = [];
  for (const path of cluster.recordings) {
    const sessionId = sessionOfFile(path) ?? "";
    for (const bytes of (await readAll(readFileSync(path))).records)
      events.push(eventOf(bytes, RECORDINGS, sessionId));
  }
  return events;
}

function eventOf(bytes: Uint8Array, source: Source, sessionId?: string): NormalizedEvent {
  const by = { normalizer: normalizers[source.dialect], organization: "acme" };
  const record = { ...recordOf(bytes), ...(sessionId === undefined ? {} : { sessionId }) };
  const event = normalizeRecord(by, record, source);
  if (event === null) throw new Error("The record was ignored");
  return event;
}

function keyOf(fields: unknown): string {
  const { uid, event, ei } = fields as Fields;
  return JSON.stringify([uid, event, ei]);
}

describeShared("the recordings of the shared corpus", (shared) => {
  const folder = join(shared, "corpus/teleport");

  it("a real recording of Teleport 8 is read to its last byte", async () => {
    const path = join(folder, "recording-v1.tar");
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    expect(sha256).toMatch(/^2eed88ab.*9100$/);
    const events = await decodedOf(path);
    expect(events.map(({ ei }) => ei)).toEqual(Array.from({ length: 213 }, (_, ei) => ei));
    expect(countsOf(events)).toEqual({
      "session.start": 1,
      resize: 1,
      "session.command": 16,
      print: 192,
      "session.network": 1,
      "session.leave": 1,
      "session.end": 1,
    });
    const prints = events.filter(({ event }) => event === "print");
    const output = prints.map(({ data }) => Buffer.from(String(data), "base64"));
    expect(Buffer.concat(output)).toHaveLength(11_860);
    expect(prints.map(({ bytes }) => bytes)).toEqual(output.map(({ length }) => length));
  });

  it("parts that overlap by ten records, and one that is padding, are read", async () => {
    const events = await decodedOf(join(folder, "recording-multipart-synthetic.tar"));
    expect(events).toHaveLength(223);
    expect(new Set(events.map(({ ei }) => ei)).size).toBe(213);
  });
});

function countsOf(events: readonly Fields[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { event } of events) counts[String(event)] = (counts[String(event)] ?? 0) + 1;
  return counts;
}
