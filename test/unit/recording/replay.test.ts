import { expect, it } from "vitest";
import { createAsciicast } from "../../../src/recording/asciicast.ts";
import { createReplay, type ReplayEvent } from "../../../src/recording/replay.ts";
import { encodeMessage, record, SESSION } from "../../support/recording.ts";

const [EURO_HEAD, EURO_TAIL] = [Uint8Array.of(0xe2, 0x82), Uint8Array.of(0xac)];
const RECORDS = [
  record.start({ ei: 0 }),
  record.resize({ ei: 1, size: "168:42" }),
  record.print({ ei: 2, data: EURO_HEAD, ms: 0 }),
  record.print({ ei: 3, data: EURO_TAIL, ms: 1_500 }),
  record.command({ ei: 4, path: "/bin/ls", argv: ["-l"] }),
  record.end({ ei: 5 }),
];

function replayed(records: readonly Uint8Array[]): readonly ReplayEvent[] {
  const replay = createReplay();
  return records.flatMap((bytes) => replay.take(bytes) ?? []);
}

it("a replay has the output byte for byte, the sizes and the commands, in their time", () => {
  expect(replayed(RECORDS)).toMatchObject([
    { kind: "start", ms: 0, size: { columns: 80, rows: 24 }, sessionId: SESSION },
    { kind: "resize", ms: 1_000, size: { columns: 168, rows: 42 } },
    { kind: "output", ms: 0, bytes: Buffer.from(EURO_HEAD) },
    { kind: "output", ms: 1_500, bytes: Buffer.from(EURO_TAIL) },
    { kind: "command", ms: 4_000, command: { path: "/bin/ls", argv: ["-l"], returnCode: 0 } },
  ]);
});

it("a replay shows records of overlapping parts once, and passes over what it cannot decode", () => {
  const [bad, sizeless] = [Buffer.from("none"), encodeMessage({ 9: { 1: { 1: 9, 2: "resize" } } })];
  const overlapping = [...RECORDS.slice(0, 4), bad, ...RECORDS.slice(2), sizeless];
  expect(replayed(overlapping)).toEqual(replayed(RECORDS));
});

it("a replay shows a copy once as long as no more than copiesMax other records came since, and again beyond", () => {
  const prints = ["a", "b", "c", "d"].map((data, ei) => record.print({ ei, data, ms: ei }));
  const [first = Buffer.from(""), second, third, fourth] = prints;
  const shownOf = (records: readonly (Uint8Array | undefined)[]): number => {
    const replay = createReplay({ copiesMax: 3 });
    return records.filter((bytes) => bytes !== undefined && replay.take(bytes) !== null).length;
  };
  expect(shownOf([first, second, first])).toBe(2);
  expect(shownOf([first, second, third, first])).toBe(3);
  expect(shownOf([first, second, third, fourth, first])).toBe(5);
});

it("a replay shows what follows a forged index: one high number hides nothing of a session", () => {
  const forged = record.print({ ei: 2 ** 31 - 4, data: "", ms: 0 });
  const [start, ...rest] = RECORDS;
  const kinds = replayed([start ?? forged, forged, ...rest]).map(({ kind }) => kind);
  expect(kinds).toEqual(["start", "output", "resize", "output", "output", "command"]);
});

it("an asciicast has a header, whole characters, and times that only grow", () => {
  const cast = createAsciicast();
  const lines = [...replayed(RECORDS).flatMap((event) => cast.take(event)), ...cast.end()];
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      version: 2,
      width: 80,
      height: 24,
      timestamp: 1_790_000_000,
      title: `nora@vendor.example ${SESSION}`,
    },
    [1, "r", "168x42"],
    [1.5, "o", "€"],
  ]);
});

it("an asciicast of a recording without its beginning has a header all the same", () => {
  const cast = createAsciicast();
  const [first] = replayed(RECORDS.slice(2, 3)).flatMap((event) => cast.take(event));
  expect(JSON.parse(first ?? "")).toEqual({ version: 2, width: 80, height: 24 });
  expect(cast.end()).toEqual(['[0,"o","\ufffd"]']);
  expect(createAsciicast().end()).toEqual(['{"version":2,"width":80,"height":24}']);
});
