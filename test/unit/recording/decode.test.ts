import { describe, expect, it } from "vitest";
import { decodeRecord } from "../../../src/recording/decode.ts";
import { encodeMessage, record, SESSION } from "../../support/recording.ts";

describe("a record of a recording becomes what the audit log has for the event", () => {
  it("has the log's names, in the log's order, with the empty values that the log writes", () => {
    const { fields, hasUnknown } = decodeRecord(record.start({ ei: 0, requests: ["r-1", "r-2"] }));
    expect(hasUnknown).toBe(false);
    expect(JSON.stringify(fields)).toBe(
      '{"ei":0,"event":"session.start","uid":"uid-0","code":"T2000I","time":"2026-09-21T14:13:20.25Z",' +
        '"cluster_name":"root.example","user":"nora@vendor.example","login":"acc","access_requests":["r-1","r-2"],' +
        `"sid":"${SESSION}","namespace":"default","server_id":"server-1","server_hostname":"node-1",` +
        '"addr.remote":"192.0.2.7:5000","proto":"ssh","size":"80:24"}',
    );
  });

  it("has an empty list as null and an absent time as year 1, where the log writes them", () => {
    const { fields } = decodeRecord(record.end({ ei: 4 }));
    expect(fields).toMatchObject({
      enhanced_recording: false,
      interactive: true,
      participants: null,
      session_start: "2026-09-21T14:13:20Z",
      session_stop: "0001-01-01T00:00:00Z",
    });
    expect(fields).not.toHaveProperty("initial_command");
  });

  it("keeps terminal output byte for byte, in base64, also where it is no UTF-8", () => {
    const data = Uint8Array.of(0x1b, 0x5b, 0xff, 0x00, 0xc3);
    const { fields } = decodeRecord(record.print({ ei: 1, data }));
    expect(fields["data"]).toBe(Buffer.from(data).toString("base64"));
  });

  it("reads a command line that is no UTF-8", () => {
    const argv = ["-c", Uint8Array.of(0x61, 0xff)];
    const { fields } = decodeRecord(record.command({ ei: 1, path: "/bin/sh", argv }));
    expect(fields["argv"]).toEqual(["-c", "a\ufffd"]);
  });

  it("has the keys of a map in order, whatever they are", () => {
    const labels = [{ 1: "z", 2: "1" }, { 1: "__proto__", 2: "2" }, { 1: "a" }];
    const { fields } = decodeRecord(encodeMessage({ 6: { 4: { 5: labels } } }));
    expect(JSON.stringify(fields["server_labels"])).toBe('{"__proto__":"2","a":"","z":"1"}');
  });

  it("knows the metadata of an event that a newer Teleport writes, and says that there is more", () => {
    const bytes = encodeMessage({ 999: { 1: { 1: 7, 2: "session.dream", 3: "u-7" }, 2: "more" } });
    expect(decodeRecord(bytes)).toEqual({
      fields: { ei: 7, event: "session.dream", uid: "u-7", time: "0001-01-01T00:00:00Z" },
      hasUnknown: true,
      isBare: true,
    });
  });

  it("says that there is more where a known event, or a block in it, has fields of a newer Teleport", () => {
    const ofEvent = encodeMessage({ 9: { 1: { 2: "resize" }, 77: "new" } });
    const ofBlock = encodeMessage({ 9: { 1: { 2: "resize", 77: "new" } } });
    for (const bytes of [ofEvent, ofBlock])
      expect(decodeRecord(bytes)).toMatchObject({ hasUnknown: true, isBare: false });
  });

  it.each([
    ["holds nothing", new Uint8Array(0)],
    ["holds a number where the event should be", encodeMessage({ 5: 1 })],
    ["ends early", record.end({ ei: 4 }).subarray(0, 20)],
    ["is JSON", Buffer.from('{"event":"print"}')],
  ])("refuses what %s", (_, bytes) => {
    expect(() => decodeRecord(bytes)).toThrow();
  });

  it.each([
    [[0, 0], "1970-01-01T00:00:00Z"],
    [[1_790_000_000, 120_000], "2026-09-21T14:13:20.00012Z"],
    [[253_402_300_800, 0], "0001-01-01T00:00:00Z"],
    [[-62_135_596_801, 0], "0001-01-01T00:00:00Z"],
    [[0, 1_000_000_000], "0001-01-01T00:00:00Z"],
  ] as const)("writes the time %j as %s", ([seconds, nanos], text) => {
    const time = { 1: seconds, 2: nanos };
    expect(decodeRecord(encodeMessage({ 6: { 1: { 5: time } } })).fields["time"]).toBe(text);
  });
});
