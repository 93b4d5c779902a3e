import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import type { Source } from "../../../../src/model/record.ts";
import { isSameContent } from "../../../../src/model/content-digest.ts";
import { decodeRecord } from "../../../../src/recording/decode.ts";
import { normalizeRecord } from "../../../../src/normalize/record.ts";
import { encodeMessage, record, SESSION, type Message } from "../../../support/recording.ts";
import { NORMALIZERS, ORGANIZATION, recordOf, TELEPORT_SOURCE } from "../records.ts";

const RECORDINGS: Source = { name: "recordings", dialect: "teleport-recording", cluster: null };

function recorded(bytes: Uint8Array, sessionId = SESSION): NormalizedEvent {
  return read({ ...recordOf(bytes), sessionId }, RECORDINGS);
}

function logged(fields: object, sessionId?: string): NormalizedEvent {
  const line = recordOf(JSON.stringify(fields));
  return read(sessionId === undefined ? line : { ...line, sessionId }, TELEPORT_SOURCE);
}

function read(raw: ReturnType<typeof recordOf>, source: Source): NormalizedEvent {
  const by = { normalizer: NORMALIZERS[source.dialect], organization: ORGANIZATION };
  const normalized = normalizeRecord(by, raw, source);
  if (normalized === null) throw new Error("The record was ignored");
  return normalized;
}

function digestOf({ facts }: NormalizedEvent): string {
  return facts?.dialect === "teleport" ? facts.contentDigest : "";
}

function isOneEvent(one: NormalizedEvent, other: NormalizedEvent): boolean {
  return one.event.id === other.event.id && isSameContent(digestOf(one), digestOf(other));
}

/** Metadata of an event of this type, and the same in the log. */
function metadata(type: string): Message {
  return { 2: type, 3: "u-1", 6: "root.example" };
}

function line(type: string, more: object): object {
  return { event: type, uid: "u-1", cluster_name: "root.example", ...more };
}

const START = record.start({ ei: 0, requests: ["r-1"] });

describe("an event of a session recording", () => {
  it("is the event that the audit log has: the same id, the same content", () => {
    const inLog = logged(decodeRecord(START).fields);
    expect(isOneEvent(recorded(START), inLog)).toBe(true);
    expect(recorded(START).event).toMatchObject({
      occurredAt: inLog.event.occurredAt,
      actor: inLog.event.actor,
      action: inLog.event.action,
      target: inLog.event.target,
      outcome: inLog.event.outcome,
      session: inLog.event.session,
      detail: inLog.event.detail,
    });
  });

  it("has the bytes of the record as its original, and its facts come back from them", () => {
    for (const bytes of [START, record.print({ ei: 1, data: "ls\r\n" })]) {
      const { event, facts } = recorded(bytes);
      expect(event.original?.bytes).toEqual(bytes);
      expect(NORMALIZERS["teleport-recording"].facts(event)).toEqual(facts);
    }
  });

  it("is not the event of a log line that says something else in a field that both know", () => {
    const other = logged({ ...decodeRecord(START).fields, user: "somebody-else" });
    expect(other.event.id).toBe(recorded(START).event.id);
    expect(isOneEvent(recorded(START), other)).toBe(false);
  });

  it("of a newer Teleport is the event of the log line that says more", () => {
    const bytes = encodeMessage({ 9: { 1: metadata("resize"), 6: "80:24", 77: "new" } });
    const same = line("resize", { size: "80:24", brand_new: "new" });
    const other = line("resize", { size: "90:24", brand_new: "new" });
    expect(isOneEvent(recorded(bytes), logged(same))).toBe(true);
    expect(isOneEvent(recorded(bytes), logged(other))).toBe(false);
  });

  it("of a type without a layout is the event of the log line, labelled as unknown", () => {
    const dream = recorded(encodeMessage({ 999: { 1: metadata("session.dream"), 2: "x" } }));
    expect(isOneEvent(dream, logged(line("session.dream", { dream: "x" })))).toBe(true);
    expect(dream.event.labels).toEqual({ stream: "logs-session-teleport", schema: "unknown" });
  });

  it("that holds terminal output has the id that it has by way of the event handler", () => {
    const bytes = record.print({ ei: 1, data: "ls\r\n" });
    const { event } = recorded(bytes);
    expect(event.session).toEqual({ id: SESSION, kind: "unknown" });
    expect(event.action.name).toBe("print");
    const sent = { ...decodeRecord(bytes).fields };
    expect(isOneEvent(recorded(bytes), logged(sent, SESSION))).toBe(true);
    expect(recorded(bytes, "another-session").event.id).not.toBe(event.id);
  });

  it("stands in the stream of sessions, whatever it is", () => {
    const bytes = encodeMessage({ 21: { 1: metadata("client.disconnect") } });
    expect(recorded(bytes).event.labels["stream"]).toBe("logs-session-teleport");
    expect(recorded(Buffer.from("no protobuf")).event.labels["stream"]).toBe(
      "logs-session-teleport",
    );
  });

  it.each(["access_request.update", "cert.create", "lock.deleted", "user.delete", "role.created"])(
    "is refused where it would prove something, as %s does: no recorder writes it",
    (type) => {
      const { event, facts } = recorded(encodeMessage({ 23: { 1: metadata(type) } }));
      expect(facts).toBeNull();
      expect(event.detail).toMatchObject({
        unreadable: { why: expect.stringContaining(`Cannot take "${type}"`) as string },
      });
    },
  );

  it("that cannot be decoded is kept with its bytes and the reason", () => {
    const bytes = Buffer.from([0x2a, 0x7f, 0x01]);
    const { event } = recorded(bytes);
    expect(event.original?.bytes).toEqual(bytes);
    expect(event.detail).toMatchObject({
      unreadable: { why: expect.stringContaining("Cannot decode a record of 3 bytes") as string },
    });
  });
});
