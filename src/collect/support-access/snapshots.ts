import type { SnapshotOptions } from "../../model/source.ts";
import type { Collector } from "../../ports/collector.ts";
import type { DocumentsOf } from "../documents/watch.ts";
import { createSnapshotCommand } from "./command.ts";
import { createSnapshotFolder } from "./folder.ts";

/** Collects snapshots of a cluster's support access, from a folder or from a command. */
export function createSupportAccessSnapshots(
  of: Omit<DocumentsOf, "kind" | "options"> & { readonly options: SnapshotOptions },
): Collector {
  const { options } = of;
  return options.from === "directory"
    ? createSnapshotFolder({ ...of, options })
    : createSnapshotCommand({ ...of, options });
}
