import type { Collector } from "../../../ports/collector.ts";
import { RECORDING_LIMITS } from "../../../recording/limits.ts";
import { createFolderWatch } from "../../folder-watch/folder-watch.ts";
import type { FolderReader } from "../../folder-watch/reader.ts";
import { unreadOf } from "../../folder-watch/waiting.ts";
import { readRecordingsCheckpoint } from "./checkpoint.ts";
import { restoreRecordings, saveRecordings, type KnownRecording } from "./known.ts";
import { COLLECT_LIMITS } from "./limits.ts";
import { declareLost } from "./losses.ts";
import { takeLook } from "./look.ts";
import { takeTurn } from "./turn.ts";
import type { RecordingsOf, Watch } from "./watch.ts";

/**
 * Reads the session recordings of a folder: every file below it whose name ends in `.tar`, as Teleport names them. Once every `pollMs`
 * it looks what is there; a recording that is complete and was left alone for a while is read to its end, the oldest first. The parts
 * of uploads under way have other names and are none of ours: Teleport makes a recording of them, or they never become one.
 */
export function createTeleportRecordings(of: RecordingsOf): Collector {
  const { partInflatedBytesMax } = of.options;
  const limits = { ...RECORDING_LIMITS, partInflatedBytesMax, ...COLLECT_LIMITS, ...of.limits };
  return createFolderWatch({ ...of, limits }, READER);
}

/** Glob of the files, below the folder. */
export const RECORDING_FILES = "**/*.tar";

const READER: FolderReader<Watch, KnownRecording> = {
  files: RECORDING_FILES,
  restore: (checkpoint, { source, pathOf, nowMs }) =>
    restoreRecordings(readRecordingsCheckpoint(source, checkpoint), pathOf, nowMs),
  save: saveRecordings,
  takeLook: async (watch, found) => declareLost(watch, await takeLook(watch, found)),
  isRead,
  isOver: isRead,
  partsOf: (_, behind) => behind.map(({ name }) => name),
  takeTurn: async (watch, { signal, report }) => {
    for (const known of inOrder(unreadOf(watch, isRead))) {
      if (signal.aborted) return;
      await takeTurn(watch, known, signal);
      report();
    }
  },
};

function isRead({ isDone }: KnownRecording): boolean {
  return isDone;
}

function inOrder(recordings: readonly KnownRecording[]): readonly KnownRecording[] {
  return recordings.toSorted((one, other) =>
    Number(BigInt(one.look.modifiedNs) - BigInt(other.look.modifiedNs)),
  );
}
