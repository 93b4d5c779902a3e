import { at, because, STEP, NOT_YET, type Rows } from "./row.ts";

/** What reads files and folders. */
export const COLLECT: Rows = {
  "src/collect/documents/limits.ts": {
    batchRecordsMax: at("contract/documents/snapshots.test.ts", "hands in batches that end at"),
    batchBytesMax: at("contract/documents/snapshots.test.ts", "hands in batches that end at"),
    waitingMax: at("contract/documents/waiting.test.ts", "with filesMax 2 and waitingMax 2"),
    backoffMsMax: NOT_YET,
  },
  "src/collect/file-tail/checkpoint.ts": {
    FINGERPRINT_BYTES_MAX: NOT_YET,
    GUARD_BYTES_MAX: at("unit/collect/file-tail/checkpoint.test.ts", "a guard that is too long"),
  },
  "src/collect/file-tail/descriptors.ts": {
    filesOpenMax: because("what the process can bear of filesOpenMax, when it has no descriptors"),
  },
  "src/collect/file-tail/find-files.ts": {
    FOLDERS_MAX: at("unit/collect/file-tail/find-files.test.ts", "of 3 folders at most"),
    LOOKS_MAX: STEP,
  },
  "src/collect/file-tail/glob.ts": {
    ALTERNATIVES_MAX: at("unit/collect/file-tail/glob.test.ts", "256 alternatives"),
  },
  "src/collect/file-tail/gzip-content.ts": {
    MEMBER_BYTES_MIN: because("the shortest member of gzip, by its format (RFC 1952)"),
  },
  "src/collect/file-tail/limits.ts": {
    batchRecordsMax: NOT_YET,
    batchBytesMax: NOT_YET,
    acceptsInFlightMax: NOT_YET,
    bytesInFlightMax: NOT_YET,
    filesOpenMax: NOT_YET,
    waitingMax: at("contract/file-tail/waiting.test.ts", "with filesMax 2 and waitingMax 2"),
    firstBytesMax: at("contract/file-tail/unread.test.ts", "firstBytesMax %i"),
    skipBytesMax: NOT_YET,
    backoffMsMax: NOT_YET,
  },
  "src/collect/file-tail/look.ts": {
    sizeSeenMax: because("what was seen of a file so far; nothing is compared with it as a limit"),
  },
  "src/collect/file-tail/read-at.ts": {
    POOLED_BYTES_MAX: because("which memory a read takes: its bytes are the same in either"),
  },
  "src/collect/file-tail/report.ts": {
    TRIES_MAX: NOT_YET,
  },
  "src/collect/file-tail/retire.ts": {
    MISSED_LOOKS_MIN: NOT_YET,
  },
  "src/collect/file-tail/saver.ts": {
    SAVE_PAUSE_MS_MAX: at("unit/collect/file-tail/saver.test.ts", "a save of %d ms is followed"),
  },
  "src/collect/file-tail/tailed-file.ts": {
    sizeSeenMax: because("what was seen of a file so far; nothing is compared with it as a limit"),
  },
  "src/collect/folder-watch/report.ts": {
    TRIES_MAX: at("contract/documents/snapshots.test.ts", "without its folder after three tries"),
  },
  "src/collect/pace.ts": {
    MOVING_MS_MAX: at("unit/collect/pace.test.ts", "for a consumer that does not move"),
    WAIT_MS_MAX: at("unit/collect/pace.test.ts", "is held back for a bounded time only"),
    LAG_BYTES_MAX: at("unit/collect/pace.test.ts", "is held back by bytes"),
  },
  "src/collect/support-access/command.ts": {
    TRIES_MAX: NOT_YET,
  },
  "src/collect/support-access/run-command.ts": {
    STDERR_CHARS_MAX: NOT_YET,
  },
  "src/collect/teleport/recordings/checkpoint.ts": {
    HEAD_BYTES_MAX: NOT_YET,
  },
  "src/collect/teleport/recordings/limits.ts": {
    batchRecordsMax: at("contract/recordings/restart.test.ts", "batchRecordsMax: ten records"),
    batchBytesMax: at("contract/recordings/restart.test.ts", "batchBytesMax: a batch ends with"),
    breaksMax: at("contract/recordings/restart.test.ts", "breaksMax: at most %i"),
    waitingMax: at("contract/recordings/waiting.test.ts", "with filesMax 2 and waitingMax 2"),
    backoffMsMax: NOT_YET,
  },
  "src/collect/watermarks.ts": {
    PARTS_MAX: at("unit/collect/watermarks.test.ts", "H2 of 20,000 parts none is forgotten"),
  },
};
