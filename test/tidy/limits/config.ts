import { at, because, type Row, type Rows } from "./row.ts";

const RANGE = at("unit/config/ranges.test.ts", "takes its least and its most, and nothing beyond");
const LIMITS = "unit/config/limits.test.ts";

function ranges(...names: readonly string[]): Readonly<Record<string, Row>> {
  return Object.fromEntries(names.map((name) => [name, RANGE]));
}

/** The configuration's own limits, and the ranges of what it sets. */
export const CONFIG: Rows = {
  "src/config/check/shown-value.ts": {
    LENGTH_MAX: at("unit/config/told.test.ts", "is shown whole up to 80 characters"),
  },
  "src/config/load.ts": { FILE_BYTES_MAX: at(LIMITS, "is read up to 4 MiB") },
  "src/config/nearest.ts": {
    DISTANCE_SHARE_MAX: at("unit/config/told.test.ts", "9 of 20 letters wrong"),
    LENGTH_MAX: at("unit/config/told.test.ts", "a word of up to 64 letters"),
  },
  "src/config/read/yaml.ts": {
    TEXT_LENGTH_MAX: at(LIMITS, "may have 1 MiB of characters"),
    FAULTS_MAX: at("unit/config/told.test.ts", "the first 10 faults"),
    ALIASES_MAX: at(LIMITS, "may use one anchor 99 times"),
  },
  "src/config/resolve/references.ts": {
    FILE_BYTES_MAX: at(LIMITS, "may have 1 MiB, and with one"),
  },
  "src/config/schema/fields.ts": {
    SLUG_LENGTH_MAX: at(LIMITS, "may have %s and no more"),
    TEXT_LENGTH_MAX: at(LIMITS, "may have %s and no more"),
    ITEMS_MAX: at(LIMITS, "may have %s and no more"),
    description: at(LIMITS, "may have %s and no more"),
    error: because("where the range of each number below is looked at; each has a row of its own"),
  },
  "src/config/schema/grant-sources.ts": ranges(
    "fileBytesMax",
    "interval",
    "timeout",
    "outputBytesMax",
    "evidenceBytesMax",
  ),
  "src/config/schema/http-sources.ts": {
    ...ranges(
      "bodyBytesMax",
      "requestsInFlightMax",
      "bytesInFlightMax",
      "acceptWaitMax",
      "retryAfterMin",
      "retryAfterMax",
      "interval",
      "settle",
    ),
    error: at("unit/config/ranges.test.ts", "that is a %s may have %i characters"),
    RETRY_MIN_DEFAULT: because("a default, which the example shows and its test compares"),
    RETRY_MAX_DEFAULT: because("a default, which the example shows and its test compares"),
  },
  "src/config/schema/http.ts": ranges("timeout"),
  "src/config/schema/kafka.ts": ranges("timeout", "messageBytesMax"),
  "src/config/schema/operation.ts": ranges(
    "pendingFor",
    "validFor",
    "holdFor",
    "heldEventsMax",
    "lateness",
    "skewMax",
    "skew",
    "sealAfter",
    "after",
    "heartbeat",
    "keep",
    "sizeBytesMax",
    "segmentBytesMax",
    "commitBytesMax",
    "recentBytesMax",
    "linger",
    "acceptsInFlightMax",
    "settleFor",
  ),
  "src/config/schema/secret.ts": {
    secretValue: at("unit/config/ranges.test.ts", "that is a %s may not be empty"),
  },
  "src/config/schema/sources.ts": ranges(
    "poll",
    "lineBytesMax",
    "filesMax",
    "incompleteFor",
    "partInflatedBytesMax",
  ),
  "src/config/schema/vendors.ts": {
    apiGroups: at("unit/config/ranges.test.ts", "that is a %s may have %i characters"),
  },
  "src/config/schema/watched-folder.ts": ranges("poll", "quietFor", "filesMax"),
};
