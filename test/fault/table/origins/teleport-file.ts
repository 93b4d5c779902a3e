import { join } from "node:path";
import type { SourceKind } from "./origin.ts";

/** Teleport's audit log files: requests for access, and sessions under them. */
export const teleportFile: SourceKind = {
  kind: "teleportFile",
  program: new URL("file-writer.ts", import.meta.url),
  records: "teleport",
  share: 0.05,
  source: ({ logs }) => ({
    name: "teleport-file",
    teleportFile: { include: [join(logs, "*.log")] },
  }),
};
