import { at, because, CACHE, STEP, type Rows } from "./row.ts";

/** The containers of Avro, the journal and the archive. */
export const JOURNAL: Rows = {
  "src/archive/sink.ts": {
    SESSIONS_MAX: at("unit/archive/sessions-kept.test.ts", "the 64 used last"),
    entriesMax: STEP,
    bytesMax: STEP,
  },
  "src/avro/codec.ts": {
    BLOCK_BYTES_MAX: at(
      "unit/avro/stated-counts.test.ts",
      "states more bytes than any block has",
      "512 * 1024 * 1024",
    ),
    CHUNK_BYTES_MIN: because("the memory that zlib begins with: any size inflates the same"),
    CHUNK_BYTES_MAX: because("the memory that zlib begins with: any size inflates the same"),
  },
  "src/avro/container-read.ts": { DECODERS_MAX: CACHE },
  "src/avro/container-walk.ts": {
    HEAD_BYTES: because("the length of two numbers of Avro, by their format"),
  },
  "src/avro/container.ts": {
    HEADER_BYTES_MAX: at(
      "unit/avro/container-header.test.ts",
      "a text above the limit",
      "1024 * 1024",
    ),
  },
  "src/avro/journal-entry.ts": { DECODERS_MAX: CACHE },
  "src/avro/long.ts": {
    LONG_BYTES_MAX: because("the longest number of Avro, by its format: 64 bits, seven a byte"),
  },
  "src/avro/writer.ts": {
    LONG_BYTES_MAX: because("the longest number of Avro, by its format: 64 bits, seven a byte"),
    UTF8_BYTES_MAX: because("the longest form of one UTF-16 unit in UTF-8, by its standard"),
    LONG_MIN: at("unit/avro/encode-event.test.ts", "a time that is %s"),
    LONG_MAX: at("unit/avro/encode-event.test.ts", "a time that is %s"),
  },
  "src/journal/fold.ts": { entriesMax: STEP, bytesMax: STEP },
  "src/journal/local/block-cache.ts": {
    BLOCKS_MAX: at("unit/journal/block-cache.test.ts", "are 64 at most, however small"),
    DECODED_BYTES_MAX: at("unit/journal/block-cache.test.ts", "that hold exactly 16 MiB"),
  },
  "src/journal/local/indexes.ts": {
    INDEXES_MAX: at("unit/journal/indexes.test.ts", "the indexes of the eight segments"),
  },
  "src/journal/local/options.ts": {
    LINGER_MS_MAX: at("unit/journal/options.test.ts", "a linger of %i ms is one of %i ms"),
    commitBytesMax: at(
      "unit/journal/batch.test.ts",
      "ends with the entry that fills it",
      "options.commitBytesMax ?? 8 * MIB",
    ),
    recentBytesMax: at(
      "unit/journal/recent.test.ts",
      "recentBytesMax: with %i bytes to spare",
      "options.recentBytesMax ?? 32 * MIB",
    ),
    sizeBytesMax: at(
      "unit/journal/space.test.ts",
      "makes appends wait below it",
      "options.sizeBytesMax ?? 20 * 1024 * MIB",
    ),
    segmentBytesMax: at(
      "unit/journal/buffer-matrix.test.ts",
      "takes blocks up to its size",
      "options.segmentBytesMax ?? 64 * MIB",
    ),
  },
  "src/journal/local/persist.ts": {
    RETRY_MS_MIN: at("unit/journal/faults.test.ts", "is tried again soon, then less often"),
    RETRY_MS_MAX: at("unit/journal/faults.test.ts", "every five seconds at the least"),
  },
};
