import { hash } from "node:crypto";
import { join } from "node:path";
import { ChaperoneError } from "../model/error.ts";
import { loadDocument, saveDocument } from "../platform/document.ts";
import type { Checkpoints } from "../ports/collector.ts";
import type { Disk } from "../ports/disk.ts";

/**
 * Keeps each source's checkpoint in a document of its own, with the source's name in it. A document that does not check out is
 * never taken for none: the source would be read again from its oldest file without anybody knowing.
 */
export function createCheckpoints(disk: Disk, folder: string): Checkpoints {
  const turns = new Map<string, Promise<void>>();
  return {
    load: async (source) => {
      const path = join(folder, fileName(source));
      const document = await loadDocument(disk, path);
      if (document.status === "missing") return null;
      if (document.status === "unreadable") throw unreadable(path, document.cause);
      return checkpointOf(source, path, document.content);
    },
    save: (source, checkpoint) => {
      const before = turns.get(source) ?? disk.makeFolder(folder);
      const turn = before
        .catch(() => disk.makeFolder(folder))
        .then(() => saveDocument(disk, join(folder, fileName(source)), { source, checkpoint }));
      turns.set(source, turn);
      return turn;
    },
  };
}

/** A name that every file system takes and that no other source has: names of sources are free text. */
function fileName(source: string): string {
  const readable = source.replace(/[^A-Za-z0-9-]+/g, "_").slice(0, 40);
  return `${readable}.${hash("sha256", source).slice(0, 16)}.json`;
}

function checkpointOf(source: string, path: string, content: unknown): unknown {
  if (typeof content !== "object" || content === null || !("checkpoint" in content))
    throw unreadable(path, "it holds no checkpoint");
  if (!("source" in content) || content.source !== source)
    throw unreadable(path, `it is not the checkpoint of source "${source}"`);
  return content.checkpoint;
}

function unreadable(path: string, cause: unknown): ChaperoneError {
  return new ChaperoneError("CHECKPOINT_UNREADABLE", `Cannot read the checkpoint "${path}"`, {
    cause,
    hint: "Bring the file back from a copy, or move it aside: the source is then read again from its oldest file, and events come twice under the same ids",
  });
}
