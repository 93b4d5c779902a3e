import type { SourceKind } from "./origin.ts";

/** A folder of session recordings, whose records are counted one by one. */
export const teleportRecordings: SourceKind = {
  kind: "teleportRecordings",
  program: new URL("recording-writer.ts", import.meta.url),
  records: "recording",
  share: 0.05,
  source: ({ logs }) => ({
    name: "teleport-recordings",
    teleportRecordings: { directory: logs, poll: "PT0.25S", quietFor: "PT0.1S" },
  }),
};
