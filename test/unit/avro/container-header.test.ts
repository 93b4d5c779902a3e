import { expect, test } from "vitest";
import {
  HEADER_BYTES_MAX,
  SYNC_BYTES,
  containerHeader,
  readContainerHeader,
} from "../../../src/avro/container.ts";
import { encodeLong } from "../../../src/avro/long.ts";

const MAGIC = Buffer.from("Obj\u0001", "latin1");
const SYNC = Buffer.alloc(SYNC_BYTES, 7);
const text = (value: string) => [encodeLong(Buffer.byteLength(value)), Buffer.from(value)];
const SCHEMA = text("avro.schema").concat(text('"long"'));

function read(...parts: readonly Uint8Array[]): unknown {
  return readContainerHeader(Buffer.concat(parts));
}

test("a header is read back with all that it says", () => {
  const metadata = { "chaperone.begun-at": "12", "chaperone.pipeline": "zoë", empty: "" };
  const header = containerHeader({ schema: '"long"', codec: "zstandard", sync: SYNC, metadata });
  expect(readContainerHeader(header)).toEqual({
    schema: '"long"',
    codec: "zstandard",
    sync: SYNC,
    metadata,
    headerBytes: header.byteLength,
  });
});

test("a header is read that another tool wrote: in several map blocks, with their sizes, and without a codec", () => {
  const sized = Buffer.concat(SCHEMA);
  const parts = [encodeLong(-1), encodeLong(sized.byteLength), sized];
  const more = [encodeLong(1), ...text("k"), ...text("v"), encodeLong(0), SYNC];
  expect(read(MAGIC, ...parts, ...more)).toMatchObject({
    schema: '"long"',
    codec: "null",
    metadata: { k: "v" },
  });
});

test.each([
  ["other magic", [Buffer.from("Obj\u0002"), SYNC], "damaged", "does not begin with"],
  ["no schema", [MAGIC, encodeLong(0), SYNC], "damaged", "no avro.schema"],
  [
    "a codec that we do not have",
    [MAGIC, encodeLong(2), ...SCHEMA, ...text("avro.codec"), ...text("lzo"), encodeLong(0), SYNC],
    "damaged",
    '"lzo"',
  ],
  ["a negative length", [MAGIC, encodeLong(1), encodeLong(-5), SYNC], "damaged", "-5 bytes"],
  [
    "a text above the limit",
    [MAGIC, encodeLong(1), encodeLong(HEADER_BYTES_MAX + 1), SYNC],
    "damaged",
    `${HEADER_BYTES_MAX + 1} bytes`,
  ],
  ["a number without an end", [MAGIC, Buffer.alloc(12, 0xff)], "damaged", "impossible number"],
  ["nothing", [], "torn", "ends inside"],
  ["its magic alone", [MAGIC], "torn", "ends inside"],
  [
    "a marker that is cut",
    [MAGIC, encodeLong(1), ...SCHEMA, encodeLong(0), SYNC.subarray(1)],
    "torn",
    "ends inside",
  ],
  [
    "a text at the limit that goes on behind what was read",
    [MAGIC, encodeLong(1), encodeLong(HEADER_BYTES_MAX), Buffer.alloc(HEADER_BYTES_MAX)],
    "damaged",
    "more than",
  ],
] as const)("a header with %s is a fault that says so", (_what, parts, kind, cause) => {
  expect(read(...parts)).toMatchObject({ kind, cause: expect.stringContaining(cause) as string });
});
