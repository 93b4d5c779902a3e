import { join } from "node:path";
import type { SourceKind } from "./origin.ts";

/** Audit log files of an API server: most of a row's records. */
export const kubernetesAuditFile: SourceKind = {
  kind: "kubernetesAuditFile",
  program: new URL("file-writer.ts", import.meta.url),
  records: "kubernetes",
  share: 0.7,
  source: ({ logs }) => ({
    name: "kubernetes-audit-file",
    cluster: "prod",
    kubernetesAuditFile: { include: [join(logs, "*.log")] },
  }),
};
