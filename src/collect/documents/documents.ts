import type { Collector } from "../../ports/collector.ts";
import { createFolderWatch } from "../folder-watch/folder-watch.ts";
import type { FolderReader } from "../folder-watch/reader.ts";
import { readDocumentsCheckpoint } from "./checkpoint.ts";
import { isRead, isUnread, restoreDocuments, saveDocuments, type KnownDocument } from "./known.ts";
import { DOCUMENT_LIMITS } from "./limits.ts";
import { see, takeLook } from "./look.ts";
import { forget, type LostDocument } from "./losses.ts";
import { takeTurn } from "./turn.ts";
import type { DocumentsOf, Watch } from "./watch.ts";

/**
 * Reads the files of a folder, each of them one record, once: when it has been left alone for `quietForMs`, and again when it has
 * changed. One that vanishes before it was read as it was seen last is declared as a gap, also where it vanished while nobody looked; so
 * is one that another file takes the name of, when it had been left alone for that long. What is written over before is a draft.
 */
export function createDocuments(of: DocumentsOf): Collector {
  return createFolderWatch({ ...of, limits: { ...DOCUMENT_LIMITS, ...of.limits } }, READER);
}

/** Glob of the files, below the folder. */
export const DOCUMENT_FILES = "*";

const READER: FolderReader<Watch, KnownDocument> = {
  files: DOCUMENT_FILES,
  restore: (checkpoint, { source, pathOf, nowMs }) =>
    restoreDocuments(readDocumentsCheckpoint(source, checkpoint), pathOf, nowMs),
  save: saveDocuments,
  takeLook: async (watch, found) => declareLost(watch, await takeLook(watch, found)),
  isRead,
  isOver: (known) => !isUnread(known),
  // Batches are of many files, and their part is the folder.
  partsOf: ({ options }, behind) => (behind.length === 0 ? [] : [options.directory]),
  takeTurn: (watch, { signal }) => takeTurn(watch, signal),
};

/** Declares what is lost, and forgets it. */
async function declareLost(watch: Watch, lost: readonly LostDocument[]): Promise<void> {
  const { source, clock, intake } = watch;
  for (const { known, replacedBy } of lost) {
    const what = replacedBy === null ? "removed" : "replaced";
    try {
      await intake.gap({
        source,
        from: `${known.name}@${known.look}`,
        to: `${known.name}@${known.look}`,
        sizeBytes: null,
        count: 1,
        cause: `The file "${known.name}" was ${what} before it was read`,
        observedAt: clock.now(),
      });
    } catch {
      // The next look finds it lost again.
      continue;
    }
    if (replacedBy === null) forget(watch, known);
    else see(watch, known, { path: replacedBy, nowMs: clock.monotonicMs() });
  }
}
