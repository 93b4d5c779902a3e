import { at, because, type Rows } from "./row.ts";

/** What runs the line, and what looks at it. */
export const OPERATE: Rows = {
  "src/doctor/endpoints.ts": {
    SKEW_MS_MAX: because(
      "what a clock may differ by before the look says so; nothing that is delivered depends on it",
    ),
  },
  "src/doctor/folder-files.ts": {
    LOOKED_MAX: at(
      "unit/doctor/folder-files.test.ts",
      "of two files with %i that it looks at",
      "10_000",
    ),
  },
  "src/doctor/folder.ts": {
    FREE_BYTES_MIN: at(
      "unit/doctor/archive.test.ts",
      "read-only, or nearly full",
      "256 * 1024 * 1024",
    ),
  },
  "src/doctor/ledger-file.ts": {
    CHECKED_BYTES_MAX: because(
      "up to where the look reads a ledger from end to end: it changes nothing",
    ),
    BUSY_TIMEOUT_MS: because("how long the look waits for a ledger that is being written to"),
  },
  "src/doctor/listener.ts": {
    CONNECT_MS_MAX: because(
      "how long the look waits for an answer of this machine to a connection",
    ),
  },
  "src/doctor/machine.ts": {
    STEP_MS_MAX: at("unit/doctor/machine.test.ts", "has a clock that is not set while we look"),
  },
  "src/doctor/running-process.ts": {
    ANSWER_MS_MAX: because("how long the look waits for an answer of this machine's own process"),
  },
  "src/doctor/source-files.ts": {
    NAMED_MAX: because("how many paths a result names; the others are counted in its text"),
  },
  "src/launch.ts": {
    NODE_MAJOR_MIN: because("the oldest Node, which package.json states; the smoke of a package"),
  },
  "src/operate/health.ts": {
    CONNECTION_MS_MAX: at("unit/operate/health-limits.test.ts", "has ten seconds for its request"),
    BODY_BYTES_MAX: at("unit/operate/health-limits.test.ts", "may have a body of 1,024 bytes"),
    CONNECTIONS_MAX: at("unit/operate/health.test.ts", "takes 128 connections"),
  },
  "src/operate/otlp-log.ts": {
    QUEUE_MAX: at("unit/operate/log.test.ts", "a batch of 512 under way and 2,048 that wait"),
    BATCH_MAX: at("unit/operate/log.test.ts", "a batch of 512 under way and 2,048 that wait"),
    CLOSE_MS_MAX: at("unit/operate/log.test.ts", "closes within its limit", "3_000"),
  },
  "src/operate/samples.ts": {
    METRICS_BYTES_MAX: at("unit/doctor/running-process.test.ts", "metrics one byte above 16 MiB"),
  },
  "src/operate/shutdown.ts": {
    CLEAN_END_MS_MAX: at(
      "unit/operate/shutdown.test.ts",
      "when the clean end takes longer",
      "10_000",
    ),
    SAME_ORDER_MS_MAX: at(
      "unit/operate/shutdown.test.ts",
      "a signal that comes twice at once",
      "500",
    ),
  },
  "src/platform/database.ts": {
    BUSY_TIMEOUT_MS: because("the ledger has one writer; its readers hold no lock that stops it"),
  },
  "src/platform/lock.ts": {
    WAIT_MS: because("how long a start waits for another that is just looking whether one runs"),
  },
  "src/quickstart/otlp-receiver.ts": {
    REQUEST_BYTES_MAX: at(
      "unit/quickstart/otlp-receiver.test.ts",
      "answers a body of %i bytes beside its limit",
      "64 * 1024 * 1024",
    ),
  },
};
