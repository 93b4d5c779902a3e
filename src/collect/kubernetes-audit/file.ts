import type { Collector } from "../../ports/collector.ts";
import { createFileTail } from "../file-tail/file-tail.ts";
import type { FileTailOf } from "../file-tail/tail.ts";

/**
 * Reads the audit log of a kube-apiserver, one event a line. The server renames `audit.log` to `audit-<time>.log` beside it and, where
 * so configured, writes `audit-<time>.log.gz` and deletes the plain file: the patterns should include both, so that what was rotated while
 * nobody read is found (https://pkg.go.dev/gopkg.in/natefinch/lumberjack.v2).
 */
export function createKubernetesAuditFile(of: Omit<FileTailOf, "gzipSuffixes">): Collector {
  return createFileTail({ ...of, gzipSuffixes: [".gz"] });
}
