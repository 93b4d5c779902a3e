import type { Collector } from "../../ports/collector.ts";
import { createFileTail } from "../file-tail/file-tail.ts";
import type { FileTailOf } from "../file-tail/tail.ts";

/**
 * Reads the audit log files of Teleport's auth servers: one file a day and server, one event a line. The link `events.log`, which
 * leads to today's file, makes no second reader. Teleport compresses nothing itself, but who keeps years of its logs does.
 */
export function createTeleportFile(of: Omit<FileTailOf, "gzipSuffixes">): Collector {
  return createFileTail({ ...of, gzipSuffixes: [".gz"] });
}
