import { constants, gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Source } from "../../../src/model/record.ts";
import { normalizeRecord } from "../../../src/normalize/record.ts";
import { peekIndex } from "../../../src/recording/peek.ts";
import { mutate, mutations } from "../../support/mutate.ts";
import { aPart, aSession, record } from "../../support/recording.ts";
import { NORMALIZERS, ORGANIZATION, recordOf } from "../normalize/records.ts";
import { hexOf, readAll } from "./reading.ts";

const RUNS = Number(process.env["CHAPERONE_FUZZ_RUNS"] ?? 400);
const SOURCE: Source = { name: "recordings", dialect: "teleport-recording", cluster: null };

const session = aSession(20);
const binary = Buffer.from(Array.from({ length: 2_000 }, (_, i) => (i * 7_919) % 251));
const RECORDS = [
  ...session.slice(0, -1),
  record.print({ ei: 21, data: binary }),
  record.command({ ei: 22, path: "/bin/sh", argv: ["-c", "id"] }),
  record.resize({ ei: 23, size: "80:24" }),
];
const HEX = hexOf(RECORDS);
const FIRST = aPart(RECORDS.slice(0, 12), { padding: 40 });
const WHOLE = Buffer.concat([
  FIRST,
  aPart(RECORDS.slice(12, 22), { version: 2, zeros: 30 }),
  aPart([], { body: new Uint8Array(0), padding: 50 }),
  aPart(RECORDS.slice(22)),
]);
const LIMITS = { partInflatedBytesMax: 4 * 1_024 * 1_024 };

it("whatever happened to a recording's bytes, reading it ends in events and declared faults, and gives what is whole before", async () => {
  await fc.assert(
    fc.asyncProperty(mutations, async (changes) => {
      const damaged = Buffer.from(mutate(WHOLE, changes));
      const { records, faults } = await readAll(damaged, { limits: LIMITS });
      const first = firstDifference(damaged, WHOLE);
      const whole = first < FIRST.length ? recordsBefore(first) : 12;
      expect(hexOf(records.slice(0, whole))).toEqual(HEX.slice(0, whole));
      for (const { bytes, sizeBytes } of faults) {
        expect(sizeBytes).toBeGreaterThan(0);
        expect(bytes.length).toBeLessThanOrEqual(sizeBytes);
      }
      if (damaged.length < WHOLE.length && first === damaged.length && records.length < HEX.length)
        expect(faults.length).toBeLessThanOrEqual(1);
      for (const bytes of records) expectOneEvent(bytes);
    }),
    { numRuns: RUNS },
  );
});

it("whatever a record's bytes are, it is one event with all of them", () => {
  const by = fc
    .tuple(fc.constantFrom(...RECORDS), mutations, fc.constantFrom(...RECORDS))
    .map(([bytes, changes, other]) => mutate(bytes, changes, other));
  fc.assert(fc.property(fc.oneof(by, fc.uint8Array({ maxLength: 300 })), expectOneEvent), {
    numRuns: RUNS * 5,
  });
});

it("any one byte of a recording may be another, and what is whole before it is delivered", async () => {
  for (let at = 0; at < FIRST.length; at += 3) {
    const damaged = Buffer.from(FIRST);
    damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    const { records } = await readAll(damaged, { limits: LIMITS });
    const whole = recordsBefore(at);
    expect([at, hexOf(records.slice(0, whole))]).toEqual([at, HEX.slice(0, whole)]);
  }
});

function expectOneEvent(bytes: Uint8Array): void {
  const by = { normalizer: NORMALIZERS[SOURCE.dialect], organization: ORGANIZATION };
  const normalized = normalizeRecord(by, recordOf(bytes), SOURCE);
  expect(normalized?.event.original?.bytes).toEqual(bytes);
  expect(JSON.stringify({ ...normalized?.event, original: null }).isWellFormed()).toBe(true);
  if (normalized?.facts !== null)
    expect(NORMALIZERS[SOURCE.dialect].facts(normalized?.event ?? never())).toEqual(
      normalized?.facts,
    );
  expect(() => peekIndex(bytes)).not.toThrow();
}

function never(): never {
  throw new Error("There is no event");
}

function firstDifference(one: Uint8Array, other: Uint8Array): number {
  const end = Math.min(one.length, other.length);
  for (let at = 0; at < end; at++) if (one[at] !== other[at]) return at;
  return end;
}

const HEADER_BYTES = 24;

/** Records of the first part that its bytes before this one give, as zlib sees it; none where its header is another. */
function recordsBefore(at: number): number {
  if (at < HEADER_BYTES) return 0;
  const body = FIRST.subarray(HEADER_BYTES, Math.min(at, FIRST.length));
  let length = 0;
  try {
    length = gunzipSync(body, { finishFlush: constants.Z_SYNC_FLUSH }).length;
  } catch {
    return 0;
  }
  let count = 0;
  for (const record of RECORDS) {
    length -= 4 + record.length;
    if (length < 0) return count;
    count++;
  }
  return count;
}
