import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDocumentsCheckpoint } from "../../../src/collect/documents/checkpoint.ts";
import { readCheckpoint } from "../../../src/collect/file-tail/checkpoint.ts";
import { digestOf } from "../../../src/collect/file-tail/digest.ts";
import { readRecordingsCheckpoint } from "../../../src/collect/teleport/recordings/checkpoint.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { mutate, mutations } from "../../support/mutate.ts";

const DIGEST = digestOf(Buffer.from("head"));

const FILES = {
  version: 1,
  files: [
    {
      path: "/log/audit.log",
      device: "2049",
      inode: "18446744073709551615",
      birthtimeNs: "-1",
      epoch: 2,
      fingerprint: DIGEST,
      guard: DIGEST,
      offset: 100,
      plainOffset: 100,
      compression: "gzip",
      lines: 3,
      sizeBytes: 1_000,
      flushedTo: 0,
      modifiedNs: "1763950000000000002",
      fate: "live",
      isMoved: false,
      seenAt: 1_763_950_000_000_000,
    },
  ],
};

const RECORDINGS = {
  version: 1,
  done: [["a.tar", "12", 4_096, "1763950000000000002"]],
  open: [
    {
      name: "b.tar",
      inode: "13",
      sizeBytes: 1_000,
      modifiedNs: "1763950000000000003",
      head: DIGEST,
      place: { partOffset: 24, bodyOffset: 7 },
      lastIndex: -1,
      sessionId: null,
      isAfterFault: false,
      breaks: { declared: 100, rest: { from: 207, to: 411, count: 150, places: 60 } },
    },
  ],
};

const DOCUMENTS = {
  version: 1,
  read: [
    [
      "a.json",
      "12 4096 1763950000000000002",
      "digest right",
      "mail.txt",
      "13 10 1763950000000000001",
    ],
    ["b.txt", "14 0 1", "digest 17", null, null],
    ["c.json", "15 7 2", "digest", "gone.txt", null],
  ],
  unread: [["d.json", "16 7 2"]],
};

describe.each([
  ["a file tail", FILES, readCheckpoint],
  ["recordings", RECORDINGS, readRecordingsCheckpoint],
  ["documents", DOCUMENTS, readDocumentsCheckpoint],
] as const)("the checkpoint of %s that was damaged", (_, saved, read) => {
  it("is told as unreadable, or all of it is understood: no number is negative, fractional or missing", () => {
    expect(read("audit", saved)).toEqual(saved);
    fc.assert(
      fc.property(mutations, (changes) => {
        const document = parsed(mutate(Buffer.from(JSON.stringify(saved)), changes));
        if (document === undefined) return;
        try {
          const checkpoint = read("audit", document);
          expect(document).toMatchObject(checkpoint);
          for (const number of numbersIn(checkpoint))
            expect(Number.isSafeInteger(number) && number >= -1).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: "CHECKPOINT_UNREADABLE" });
        }
      }),
      { numRuns: fuzzRuns(400) },
    );
  });
});

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
