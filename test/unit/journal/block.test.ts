import { expect, test } from "vitest";
import {
  entryDecoder,
  encodeEntry,
  JOURNAL_ENTRY_SCHEMA,
} from "../../../src/avro/journal-entry.ts";
import { AvroWriter } from "../../../src/avro/writer.ts";
import { decodeBlock } from "../../../src/journal/local/block.ts";
import { newEntry } from "../../support/disk-entries.ts";

const decoder = entryDecoder(JOURNAL_ENTRY_SCHEMA);

function blockOf(...sequences: readonly number[]): Uint8Array {
  const writer = new AvroWriter(10_000);
  for (const sequence of sequences) encodeEntry(writer, sequence, newEntry(sequence));
  return writer.written();
}

test("a block holds its entries in their sequence", () => {
  const entries = decodeBlock(blockOf(7, 8, 9), 3, decoder);
  expect(entries.map(({ id }) => id)).toEqual(["event-7", "event-8", "event-9"]);
});

test.each([
  ["with a hole in its sequence", [7, 8, 10]],
  ["that repeats an entry", [7, 7, 8]],
  ["whose entries changed places", [7, 9, 8]],
])("a block %s is none that we wrote, and nothing is read from it", (_what, sequences) => {
  expect(() => decodeBlock(blockOf(...sequences), 3, decoder)).toThrow(RangeError);
});

test.each([2, 4])("a block of three entries that says %i is none that we wrote", (count) => {
  expect(() => decodeBlock(blockOf(7, 8, 9), count, decoder)).toThrow(RangeError);
});
