import { at, because, type Rows } from "./row.ts";

const CHANGE = "unit/normalize/kubernetes/change-limits.test.ts";
const LARGE = "unit/normalize/large-record.test.ts";

/** What is understood of one record, and of one recording. */
export const NORMALIZE: Rows = {
  "src/model/network.ts": {
    ADDRESS_LENGTH_MAX: at("unit/model/network.test.ts", "of an address of up to 64 characters"),
  },
  "src/model/time.ts": {
    MICROS_MIN: at("unit/model/time-bounds.test.ts", "before 1970 at the earliest"),
    MICROS_MAX: at("unit/model/time-bounds.test.ts", "after 1970 at the latest"),
  },
  "src/normalize/fields.ts": {
    WHOLE_NUMBER_MAX: at("unit/normalize/limits.test.ts", "is a whole number up to 2^52"),
  },
  "src/normalize/json-scan.ts": {
    MEMBERS_MAX: at("unit/normalize/json-scan.test.ts", "are listed up to the limit", "10_000"),
  },
  "src/normalize/kubernetes/certificate-request.ts": {
    PEM_LENGTH_MAX: at(
      "unit/normalize/certificate-request.test.ts",
      "is read %s 4 MiB",
      "4 * 1024 * 1024",
    ),
  },
  "src/normalize/kubernetes/change.ts": {
    NAMES_MAX: at(CHANGE, "the names that are known"),
    OWNERS_MAX: at(CHANGE, "of %i owners the first 16 are kept"),
    CONTAINERS_MAX: at(CHANGE, "of more than 100 nobody says which they are"),
  },
  "src/normalize/kubernetes/field-values.ts": {
    VALUES_MAX: at(CHANGE, "is followed up to its limit of %s"),
    PATH_LENGTH_MAX: at(CHANGE, "is followed up to its limit of %s"),
    DEPTH_MAX: at(CHANGE, "is followed up to its limit of %s"),
    SHOWN_LENGTH_MAX: at(
      "unit/normalize/kubernetes/shown-value.test.ts",
      "stands as it is up to 200 characters",
    ),
  },
  "src/normalize/kubernetes/id.ts": {
    sizeMax: because("the header with the longest version: what is tested is VERSION_BYTES_MAX"),
    VERSION_BYTES_MAX: at("unit/normalize/kubernetes/id.test.ts", "a version of up to 16"),
  },
  "src/normalize/kubernetes/patch.ts": {
    OPERATIONS_MAX: at(CHANGE, "is followed up to its limit of %s"),
    DEPTH_MAX: at(CHANGE, "is followed up to its limit of %s"),
  },
  "src/normalize/large-record.ts": {
    LARGE_BYTES_MIN: at(LARGE, "of %i bytes has the fields of a small one"),
    FIELDS_BYTES_MAX: at(LARGE, "with %i bytes beside its bodies"),
    FIELD_VALUES_MAX: at(LARGE, "with %i values beside its bodies"),
  },
  "src/normalize/out-of-band/read.ts": {
    ROLES_MAX: at("unit/normalize/out-of-band/document.test.ts", "may have so many %s"),
    RESOURCES_MAX: at("unit/normalize/out-of-band/document.test.ts", "may have so many %s"),
    TEXT_LENGTH_MAX: at("unit/normalize/out-of-band/document.test.ts", "may have so many %s"),
  },
  "src/normalize/redact-command.ts": {
    ARGUMENT_LENGTH_MAX: at(
      "unit/normalize/kubernetes/redact.test.ts",
      "leaves an argument out that is too long to search",
    ),
  },
  "src/normalize/support-access/parse.ts": {
    SNAPSHOT_REQUESTS_MAX: at(
      "unit/normalize/support-access/snapshot.test.ts",
      "requests, and not one more",
      "1_000",
    ),
  },
  "src/normalize/teleport/address.ts": {
    ADDRESS_LENGTH_MAX: at("unit/normalize/limits.test.ts", "is an address of up to 64 characters"),
  },
  "src/normalize/teleport/digest.ts": {
    DEPTH_MAX: at("unit/normalize/limits.test.ts", "the order of keys down to 64 levels"),
    ROUNDED_MAX: at("unit/normalize/teleport/rounded.test.ts", "up to 0x4ffffff"),
  },
  "src/normalize/teleport/facts-limit.ts": {
    FACTS_LENGTH_MAX: at("unit/normalize/teleport/facts-limit.test.ts", "above 256 Ki characters"),
  },
  "src/normalize/torn-line.ts": {
    EVENTS_MAX: at("unit/normalize/torn-line.test.ts", "gives at most 1,000 events"),
  },
  "src/recording/limits.ts": {
    recordBytesMax: at(
      "unit/recording/read.test.ts",
      "recordBytesMax: a record of %i bytes",
      "65_536",
    ),
    partInflatedBytesMax: at(
      "unit/recording/read.test.ts",
      "partInflatedBytesMax: a part with",
      "1024 * 1024 * 1024",
    ),
    partRecordsMax: at(
      "unit/recording/read.test.ts",
      "partRecordsMax: a part with room",
      "1_000_000",
    ),
    smallPartRecordsMax: at(
      "unit/recording/read.test.ts",
      "smallPartRecordsMax: a part that",
      "256",
    ),
    faultBytesMax: at(
      "unit/recording/read.test.ts",
      "faultBytesMax: an encrypted part",
      "512 * 1024",
    ),
  },
  "src/recording/peek.ts": {
    INDEX_MAX: at("unit/recording/peek.test.ts", "up to 2^31 - 3"),
  },
  "src/recording/plain-text.ts": {
    SEQUENCE_LENGTH_MAX: at("unit/recording/plain-text.test.ts", "a sequence of %j and more"),
    STRING_LENGTH_MAX: at("unit/recording/plain-text.test.ts", "a sequence of %j and more"),
  },
  "src/recording/replay.ts": {
    copiesMax: at(
      "unit/recording/replay.test.ts",
      "no more than copiesMax other records",
      "200_000",
    ),
  },
  "src/recording/time.ts": {
    SECONDS_MIN: at("unit/recording/decode.test.ts", "writes the time %j as %s"),
    SECONDS_MAX: at("unit/recording/decode.test.ts", "writes the time %j as %s"),
  },
};
