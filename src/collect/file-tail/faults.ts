import { describeError, systemCode } from "../../model/error.ts";
import type { Log } from "../../ports/log.ts";
import type { LookFault } from "./find-files.ts";

/** What cannot be read at present. Each fault is logged when it begins, when its error changes and when it ends. */
export interface Faults {
  /** Number of paths at fault. */
  readonly count: number;
  /** The whole result of one look: what it does not name is well again. */
  looked(found: readonly LookFault[]): void;
  raise(path: string, error: unknown): void;
  clear(path: string): void;
}

export function createFaults(source: string, log: Log): Faults {
  const looks = new Map<string, string>();
  const reads = new Map<string, string>();

  function begin(open: Map<string, string>, path: string, error: unknown): void {
    const what = systemCode(error) ?? describeError(error);
    if (open.get(path) === what) return;
    open.set(path, what);
    log.error(
      { code: "SOURCE_UNREADABLE", source, path, cause: describeError(error) },
      `Cannot read "${path}": it is tried again until it can be read, and nothing is skipped`,
    );
  }

  function end(open: Map<string, string>, path: string): void {
    if (open.delete(path)) log.info({ source, path }, `"${path}" can be read again`);
  }

  return {
    get count() {
      return looks.size + reads.size;
    },
    looked: (found) => {
      const paths = new Set(found.map(({ path }) => path));
      for (const path of looks.keys()) if (!paths.has(path)) end(looks, path);
      for (const { path, error } of found) begin(looks, path, error);
    },
    raise: (path, error) => begin(reads, path, error),
    clear: (path) => end(reads, path),
  };
}
