import { at, because, STEP, type Rows } from "./row.ts";

/** Of every kind of source that watches a folder. */
const WAITING = at(
  "contract/folder-watch/waiting.test.ts",
  "with filesMax 2 and waitingMax 2",
  "10_000",
);

/** What reads files and folders. */
export const COLLECT: Rows = {
  "src/collect/documents/limits.ts": {
    batchRecordsMax: at(
      "contract/documents/snapshots.test.ts",
      "hands in batches that end at",
      "100",
    ),
    batchBytesMax: at(
      "contract/documents/snapshots.test.ts",
      "hands in batchBytesMax at once",
      "1024 * 1024",
    ),
    waitingMax: WAITING,
    backoffMsMax: at(
      "contract/documents/waits.test.ts",
      "waits double up to backoffMsMax",
      "30_000",
    ),
  },
  "src/collect/file-tail/checkpoint.ts": {
    FINGERPRINT_BYTES_MAX: at(
      "unit/collect/file-tail/checkpoint.test.ts",
      "a fingerprint of up to 1,024 bytes",
    ),
    GUARD_BYTES_MAX: at("unit/collect/file-tail/checkpoint.test.ts", "a guard of up to 256"),
  },
  "src/collect/file-tail/descriptors.ts": {
    filesOpenMax: because("what the process can bear of filesOpenMax, when it has no descriptors"),
  },
  "src/collect/file-tail/find-files.ts": {
    FOLDERS_MAX: at("unit/collect/file-tail/find-files.test.ts", "of 3 folders at most", "20_000"),
    LOOKS_MAX: STEP,
  },
  "src/collect/file-tail/glob.ts": {
    ALTERNATIVES_MAX: at("unit/collect/file-tail/glob.test.ts", "more alternatives than 256"),
  },
  "src/collect/file-tail/gzip-content.ts": {
    MEMBER_BYTES_MIN: because("the shortest member of gzip, by its format (RFC 1952)"),
  },
  "src/collect/file-tail/limits.ts": {
    batchRecordsMax: at(
      "contract/file-tail/limits.test.ts",
      "is handed in by batchRecordsMax",
      "500",
    ),
    batchBytesMax: at(
      "contract/file-tail/limits.test.ts",
      "is handed in by batchBytesMax",
      "1024 * 1024",
    ),
    acceptsInFlightMax: at("contract/file-tail/limits.test.ts", "waits at acceptsInFlightMax", "4"),
    bytesInFlightMax: at(
      "contract/file-tail/limits.test.ts",
      "waits at bytesInFlightMax",
      "16 * 1024 * 1024",
    ),
    filesOpenMax: at("contract/file-tail/limits.test.ts", "at most filesOpenMax are open", "256"),
    waitingMax: at(
      "contract/file-tail/waiting.test.ts",
      "with filesMax 2 and waitingMax 2",
      "10_000",
    ),
    firstBytesMax: at("contract/file-tail/unread.test.ts", "firstBytesMax %i", "100"),
    skipBytesMax: at(
      "contract/file-tail/skip-bytes.test.ts",
      "skipBytesMax, of a compressed file",
      "8 * 1024 * 1024",
    ),
    backoffMsMax: at("contract/file-tail/limits.test.ts", "double up to backoffMsMax", "30_000"),
  },
  "src/collect/file-tail/look.ts": {
    sizeSeenMax: because("what was seen of a file so far; nothing is compared with it as a limit"),
  },
  "src/collect/file-tail/read-at.ts": {
    POOLED_BYTES_MAX: because("which memory a read takes: its bytes are the same in either"),
  },
  "src/collect/file-tail/report.ts": {
    TRIES_MAX: at("contract/file-tail/limits.test.ts", "tries a folder three times"),
  },
  "src/collect/file-tail/retire.ts": {
    MISSED_LOOKS_MIN: at("contract/file-tail/limits.test.ts", "that three looks missed"),
  },
  "src/collect/file-tail/saver.ts": {
    SAVE_PAUSE_MS_MAX: at("unit/collect/file-tail/saver.test.ts", "a save of %d ms is followed"),
  },
  "src/collect/file-tail/tailed-file.ts": {
    sizeSeenMax: because("what was seen of a file so far; nothing is compared with it as a limit"),
  },
  "src/collect/folder-watch/report.ts": {
    TRIES_MAX: at("contract/folder-watch/once.test.ts", "was never there, after three tries"),
  },
  "src/collect/pace.ts": {
    MOVING_MS_MAX: at("unit/collect/pace.test.ts", "for one that moved within the last second"),
    WAIT_MS_MAX: at("unit/collect/pace.test.ts", "is held back for a bounded time only", "100"),
    LAG_BYTES_MAX: at("unit/collect/pace.test.ts", "is held back by bytes", "8 * 1024 * 1024"),
  },
  "src/collect/support-access/command.ts": {
    TRIES_MAX: at("contract/documents/command.test.ts", "is no snapshot, and a failing source"),
  },
  "src/collect/support-access/run-command.ts": {
    STDERR_CHARS_MAX: at("contract/documents/command.test.ts", "300 characters at most"),
  },
  "src/collect/teleport/recordings/checkpoint.ts": {
    HEAD_BYTES_MAX: at("unit/collect/recordings/checkpoint.test.ts", "a head above the limit"),
  },
  "src/collect/teleport/recordings/limits.ts": {
    batchRecordsMax: at(
      "contract/recordings/restart.test.ts",
      "batchRecordsMax: ten records",
      "500",
    ),
    batchBytesMax: at(
      "contract/recordings/restart.test.ts",
      "batchBytesMax: a batch ends with",
      "1024 * 1024",
    ),
    breaksMax: at("contract/recordings/breaks.test.ts", "breaksMax %i: these are declared", "100"),
    waitingMax: WAITING,
    backoffMsMax: at("contract/documents/waits.test.ts", "a recording that is rejected", "30_000"),
  },
  "src/collect/watermarks.ts": {
    PARTS_MAX: at("unit/collect/watermarks.test.ts", "H2 of 20,000 parts none is forgotten"),
  },
};
