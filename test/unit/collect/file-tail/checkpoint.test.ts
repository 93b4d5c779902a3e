import { describe, expect, it } from "vitest";
import {
  readCheckpoint,
  type FileCheckpoint,
} from "../../../../src/collect/file-tail/checkpoint.ts";
import { digestOf } from "../../../../src/collect/file-tail/digest.ts";

const FILE: FileCheckpoint = {
  path: "/log/audit.log",
  device: "2049",
  inode: "18446744073709551615",
  birthtimeNs: "1763950000000000001",
  epoch: 2,
  fingerprint: digestOf(Buffer.from("head")),
  guard: digestOf(Buffer.from("before")),
  offset: 100,
  plainOffset: 100,
  compression: "none",
  lines: 3,
  sizeBytes: 1_000,
  flushedTo: 0,
  modifiedNs: "1763950000000000002",
  fate: "live",
  isMoved: false,
  seenAt: 1_763_950_000_000_000,
};

describe("readCheckpoint()", () => {
  it("gives back what was saved, also after JSON", () => {
    const document = { version: 1, files: [FILE, { ...FILE, fate: "replaced" }] };
    expect(readCheckpoint("audit", JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  it.each([
    ["a fingerprint of up to 1,024 bytes", "fingerprint", 1_024],
    ["a guard of up to 256 bytes", "guard", 256],
  ] as const)("takes %s, and none that claims more", (_, name, most) => {
    const withBytes = (bytes: number): object => ({
      version: 1,
      files: [{ ...FILE, [name]: { ...FILE[name], bytes } }],
    });
    for (const bytes of [most - 1, most])
      expect(readCheckpoint("audit", withBytes(bytes))).toEqual(withBytes(bytes));
    expect(() => readCheckpoint("audit", withBytes(most + 1))).toThrow(
      "Cannot read the checkpoint",
    );
  });

  it.for([
    ["null", null],
    ["a version that it does not know", { version: 2, files: [] }],
    ["no list of files", { version: 1 }],
    ...Object.keys(FILE).map(
      (name) =>
        [
          `a file without "${name}"`,
          { version: 1, files: [{ ...FILE, [name]: undefined }] },
        ] as const,
    ),
    ["a fraction as offset", { version: 1, files: [{ ...FILE, offset: 1.5 }] }],
    ["an unknown fate", { version: 1, files: [{ ...FILE, fate: "asleep" }] }],
    [
      "a guard that is too long",
      { version: 1, files: [{ ...FILE, guard: { ...FILE.guard, bytes: 257 } }] },
    ],
    [
      "a digest that is none",
      { version: 1, files: [{ ...FILE, guard: { bytes: 1, sha256: "x" } }] },
    ],
  ] as const)("fails closed on %s, and says what to do", ([, document]) => {
    expect(() => readCheckpoint("audit", document)).toThrow(
      expect.objectContaining({
        code: "CHECKPOINT_UNREADABLE",
        message: 'Cannot read the checkpoint of source "audit"',
        hint: expect.stringContaining("aside") as unknown,
      }),
    );
  });
});
