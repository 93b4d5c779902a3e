import type { SourceKind } from "./origin.ts";

/** A folder of snapshots of support access, each file a record. */
export const supportAccessSnapshots: SourceKind = {
  kind: "supportAccessSnapshots",
  program: new URL("document-writer.ts", import.meta.url),
  records: "snapshots",
  share: 0.001,
  source: ({ logs }) => ({
    name: "support-access-snapshots",
    cluster: "prod",
    supportAccessSnapshots: { directory: logs, poll: "PT0.25S", quietFor: "PT0.1S" },
  }),
};
