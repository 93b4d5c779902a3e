import type { SourceKind } from "./origin.ts";

/** A folder of approvals that were given in another way, each with its evidence. */
export const outOfBand: SourceKind = {
  kind: "outOfBand",
  program: new URL("document-writer.ts", import.meta.url),
  records: "approvals",
  share: 0.001,
  source: ({ logs }) => ({
    name: "out-of-band",
    outOfBand: { directory: logs, poll: "PT0.25S", quietFor: "PT0.1S" },
  }),
};
