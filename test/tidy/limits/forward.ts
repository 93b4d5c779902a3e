import { at, because, STEP, type Rows } from "./row.ts";

const WAITING = "unit/forward/forwarder/waiting.test.ts";
const SETTLING = "unit/forward/forwarder/settling.test.ts";
const ENOUGH = because("the longest form by the standard of the encoding; a size to reserve");

/** Delivery, sinks and the quarantine. */
export const FORWARD: Rows = {
  "src/forward/encode/json.ts": {
    LARGE_BYTES_MIN: at(
      "unit/forward/encode/json.test.ts",
      "is byte for byte that of a small one",
      "1024 * 1024",
    ),
  },
  "src/forward/file/lock.ts": {
    timeout: because("zero: the lock of another process is told at once, and the batch waits"),
  },
  "src/forward/file/sink.ts": { entriesMax: STEP, bytesMax: STEP },
  "src/forward/kafka/cause.ts": {
    CHAIN_MAX: at("unit/forward/kafka/limits.test.ts", "is looked for in 16 causes"),
    CAUSE_CHARACTERS_MAX: at(
      "unit/forward/kafka/limits.test.ts",
      "is told whole up to 300 characters",
    ),
  },
  "src/forward/kafka/client.ts": {
    CONNECT_MS_MAX: at("unit/forward/kafka/limits.test.ts", "after ten seconds another broker"),
    connectionTimeout: because("the smaller of CONNECT_MS_MAX and the endpoint's own timeout"),
  },
  "src/forward/kafka/sink.ts": {
    REQUEST_BYTES_MAX: at("unit/forward/kafka/request-size.test.ts", "%s 900,000 bytes"),
    entriesMax: STEP,
    bytesMax: STEP,
  },
  "src/forward/limits.ts": {
    attemptMsMax: at(WAITING, "is ended at its deadline", "120_000"),
    graceMsMax: at(WAITING, "ends the attempt after its grace", "2_500"),
    retryMsMin: at(WAITING, "double from `retryMsMin` to `retryMsMax`", "200"),
    retryMsMax: at(WAITING, "double from `retryMsMin` to `retryMsMax`", "30_000"),
    retriesWholeMax: at(SETTLING, "tries in halves what gets no answer", "8"),
    retryAfterMsMax: at(WAITING, "up to `retryAfterMsMax`", "300_000"),
    probeMsMin: at(WAITING, "are longer for a paused endpoint", "1_000"),
    probeMsMax: at(WAITING, "up to `probeMsMax`", "60_000"),
    refusedInRowMax: at(SETTLING, "pauses its pipeline after `refusedInRowMax`", "32"),
    throwsInRowMax: at("unit/forward/forwarder/throws.test.ts", "thrown throwsInRowMax times", "5"),
    cleanMin: at(SETTLING, "goes on with single events", "100"),
    cursorMsMin: at("unit/forward/forwarder/crash.test.ts", "is written at most once in", "200"),
    patienceMsMax: at("unit/forward/redrive/patience.test.ts", "less than patienceMsMax", "60_000"),
    lagMsMax: at(WAITING, "says what it does and why", "30_000"),
  },
  "src/forward/otlp/cause.ts": {
    TEXT_CHARACTERS_MAX: at(
      "unit/forward/otlp/limits.test.ts",
      "is quoted whole up to 300 characters",
    ),
  },
  "src/forward/otlp/encoding.ts": {
    KEPT_BYTES_MAX: because("whether the memory of a large batch is kept: its bytes are the same"),
  },
  "src/forward/otlp/json.ts": {
    EXPORT_MS_MAX: because("inside of the process alone: the time of a request is the endpoint's"),
  },
  "src/forward/otlp/log-record.ts": {
    MICROS_MAX: because(
      "above the latest time that an event can have; what is before 1970 is unknown, which is tested",
    ),
  },
  "src/forward/otlp/protobuf-attributes.ts": {
    KEY_BYTES_MAX: because(
      "keys are names of ours; a longer one is refused as soon as the encoder is made",
    ),
  },
  "src/forward/otlp/protobuf-writer.ts": { UTF8_BYTES_MAX: ENOUGH, VARINT_BYTES_MAX: ENOUGH },
  "src/forward/otlp/redact.ts": {
    SECRET_CHARACTERS_MIN: at("unit/forward/otlp/limits.test.ts", "from four characters on"),
  },
  "src/forward/otlp/response.ts": {
    FIELDS_MAX: at("unit/forward/otlp/limits.test.ts", "may have 256 fields"),
  },
  "src/forward/otlp/retry-after.ts": {
    RETRY_AFTER_MS_MAX: at(
      "unit/forward/otlp/classify.test.ts",
      "is waited for where it says %s",
      "300_000",
    ),
  },
  "src/forward/otlp/sink.ts": {
    REQUEST_BYTES_MAX: at("unit/forward/otlp/sink.test.ts", "sends a request of up to 64 MiB"),
    entriesMax: STEP,
    bytesMax: STEP,
  },
  "src/forward/otlp/transport.ts": {
    RESPONSE_BYTES_MAX: at("unit/forward/otlp/sink.test.ts", "reads an answer of up to 4 MiB"),
    CONNECTIONS_MAX: at("unit/forward/otlp/limits.test.ts", "take four connections at most"),
    headersTimeout: because("zero: the deadline of the whole attempt counts for its parts"),
    bodyTimeout: because("zero: the deadline of the whole attempt counts for its parts"),
  },
  "src/forward/quarantine/compact.ts": { MOVED_BYTES_MAX: STEP },
  "src/forward/quarantine/quarantine.ts": {
    fileBytesMax: at(
      "unit/forward/quarantine/quarantine.test.ts",
      "begins another file at its size",
      "64 * 1024 * 1024",
    ),
    appendBytesMax: at(
      "unit/forward/quarantine/quarantine.test.ts",
      "splits a large rest",
      "4 * 1024 * 1024",
    ),
  },
  "src/forward/quarantine/recent.ts": {
    RECENT_MAX: at(
      "unit/forward/quarantine/recent.test.ts",
      "are known up to their limit",
      "100_000",
    ),
  },
  "src/forward/reader.ts": {
    BATCH_BYTES_MIN: at("unit/forward/reader.test.ts", "but never for less than 64 KiB"),
  },
  "src/relay/redrive/desk.ts": {
    ANSWER_KEPT_MS: at("unit/relay/redrive/desk.test.ts", "drops it after an hour", "3_600_000"),
  },
  "src/relay/redrive/order.ts": {
    BEGIN_MS_MAX: at(
      "unit/relay/redrive/desk.test.ts",
      "fails when nobody takes it up in time",
      "60_000",
    ),
  },
  "src/relay/redrive/requests.ts": {
    LISTED_MAX: at("unit/relay/redrive/requests.test.ts", "come 1,000 at one look"),
    DOCUMENT_BYTES_MAX: at("unit/relay/redrive/requests.test.ts", "are read up to 1 MiB"),
  },
};
