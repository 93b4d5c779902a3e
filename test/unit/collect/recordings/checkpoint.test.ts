import { describe, expect, it } from "vitest";
import {
  readRecordingsCheckpoint,
  type DoneRecording,
  type OpenRecording,
} from "../../../../src/collect/teleport/recordings/checkpoint.ts";

const DONE: DoneRecording = ["a.tar", "12", 4_096, "1763950000000000002"];
const OPEN: OpenRecording = {
  name: "b.tar",
  inode: "18446744073709551615",
  sizeBytes: 1_000,
  modifiedNs: "1763950000000000003",
  head: { bytes: 1_000, sha256: "0a".repeat(32) },
  place: { partOffset: 24, bodyOffset: 7 },
  lastIndex: -1,
  sessionId: null,
  isAfterFault: false,
  breaks: { declared: 100, rest: { from: 207, to: 411, count: 150, places: 60 } },
};
const { breaks: _, ...OF_FIRST_FORM } = OPEN;

function withOpen(changes: object): unknown {
  return { version: 1, done: [DONE], open: [{ ...OPEN, ...changes }] };
}

function withHead(bytes: number): unknown {
  return withOpen({ head: { ...OPEN.head, bytes } });
}

describe("the checkpoint of a source of recordings", () => {
  it.each([
    ["as it was saved", withOpen({})],
    ["with a session that was named", withOpen({ sessionId: "s", lastIndex: 0 })],
    ["without breaks beyond those declared", withOpen({ breaks: { declared: 7, rest: null } })],
    ["with a head one byte below the limit", withHead(1_023)],
    ["with a head at the limit", withHead(1_024)],
  ])("is read %s", (_, document) => {
    expect(readRecordingsCheckpoint("sessions", document)).toEqual(document);
  });

  it("is read in its first form, which knew nothing of breaks", () => {
    const document = { version: 1, done: [], open: [OF_FIRST_FORM] };
    const [open] = readRecordingsCheckpoint("sessions", document).open;
    expect(open).toEqual({ ...OPEN, breaks: { declared: 0, rest: null } });
  });

  it.each<readonly [string, unknown]>([
    ["null", null],
    ["an unknown version", { version: 2, done: [], open: [] }],
    ["no list of what is done", { version: 1, open: [] }],
    ["no list of what is open", { version: 1, done: [] }],
    ["a done recording that is no list", { version: 1, done: [{}], open: [] }],
    ...DONE.map(
      (_, place) =>
        [
          `a done recording without its part ${place}`,
          { version: 1, done: [DONE.map((part, at) => (at === place ? null : part))], open: [] },
        ] as const,
    ),
    ...Object.keys(OF_FIRST_FORM).map(
      (name) => [`an open one without "${name}"`, withOpen({ [name]: undefined })] as const,
    ),
    ["a place without its part", withOpen({ place: { bodyOffset: 7 } })],
    ["breaks that are none", withOpen({ breaks: 7 })],
    ["breaks without what is beyond them", withOpen({ breaks: { declared: 7 } })],
    ["a rest without its count", withOpen({ breaks: { declared: 7, rest: { from: 1, to: 2 } } })],
    ["an index below -1", withOpen({ lastIndex: -2 })],
    ["a fraction as size", withOpen({ sizeBytes: 1.5 })],
    ["a digest that is none", withOpen({ head: { bytes: 1, sha256: "x" } })],
    ["a head above the limit", withHead(1_025)],
  ])("fails closed on %s, and says what to do", (_, document) => {
    expect(() => readRecordingsCheckpoint("sessions", document)).toThrow(
      expect.objectContaining({
        code: "CHECKPOINT_UNREADABLE",
        message: 'Cannot read the checkpoint of source "sessions"',
        hint: expect.stringContaining("aside") as unknown,
      }),
    );
  });
});
