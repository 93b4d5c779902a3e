import type { Collector } from "../../ports/collector.ts";
import { createDocuments } from "../documents/documents.ts";
import type { DocumentKind, DocumentsOf } from "../documents/watch.ts";
import { timeOfName } from "./time-of-name.ts";

const NANOS_PER_MICRO = 1_000n;

/**
 * Every file is a snapshot. It was taken when its name says, else when it was last written: then the same text at another time is
 * another snapshot.
 */
const SNAPSHOTS: DocumentKind = {
  isDocument: () => true,
  make: ({ name, sha256, modifiedNs }) => {
    const takenAt = timeOfName(name) ?? Number(modifiedNs / NANOS_PER_MICRO);
    return Promise.resolve({
      record: { takenAt },
      identity: `${sha256} ${takenAt}`,
      enclosure: null,
    });
  },
};

/** Reads snapshots of support access from a folder. */
export function createSnapshotFolder(of: Omit<DocumentsOf, "kind">): Collector {
  return createDocuments({ ...of, kind: SNAPSHOTS });
}
