import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { createFileSink } from "../../../../src/forward/file/sink.ts";
import type { ForwarderLimits } from "../../../../src/forward/limits.ts";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import type { Disk } from "../../../../src/ports/disk.ts";
import { anEvent } from "../../../support/entries.ts";
import { startSinkRun, type SinkRun } from "../../../support/sink-run.ts";

const LIMITS: Partial<ForwarderLimits> = {
  retryMsMin: 1,
  retryMsMax: 20,
  probeMsMin: 5,
  probeMsMax: 20,
  cursorMsMin: 1,
};

export interface FileRunOptions {
  readonly events: number;
  readonly entriesMax?: number;
  readonly disk?: Disk;
}

/** A run to the file at the path; it and its sink are closed when the test is over. */
export async function startFileRun(path: string, options: FileRunOptions): Promise<SinkRun> {
  const endpoint = { slug: "local", displayName: "File", spec: { kind: "file", path } } as const;
  const sink = createFileSink(endpoint, { disk: options.disk ?? nodeDisk });
  const run = await startSinkRun(sink, {
    events: Array.from({ length: options.events }, (_, n) => anEvent({ id: `event-${n + 1}` })),
    entriesMax: options.entriesMax ?? 10,
    limits: LIMITS,
  });
  onTestFinished(run.stop);
  return run;
}

export interface FileAccount {
  readonly lost: readonly string[];
  /** Lines that are the same event again, under the same id. */
  readonly copies: number;
  readonly files: number;
}

/** Where the events are in the end: in the file, and in those beside it that a rotation made of it, packed or not. */
export async function accountOf(path: string, ids: readonly string[]): Promise<FileAccount> {
  const folder = dirname(path);
  const names = (await readdir(folder)).filter((name) => name.includes(".ndjson"));
  const files = names.filter((name) => !name.includes(".lock"));
  const read = (await Promise.all(files.map((name) => idsAt(join(folder, name))))).flat();
  const distinct = new Set(read);
  return {
    lost: ids.filter((id) => !distinct.has(id)),
    copies: read.length - distinct.size,
    files: files.length,
  };
}

/** Whole lines only: a part of one would not be JSON. */
async function idsAt(path: string): Promise<readonly string[]> {
  const isPacked = path.endsWith(".gz");
  const bytes = await readFile(path);
  const text = (isPacked ? gunzipSync(bytes) : bytes).toString();
  // What was packed while a line was being written may break off in it: the line has to be somewhere else, whole.
  const end = isPacked ? text.lastIndexOf("\n") + 1 : text.length;
  if (end > 0 && text[end - 1] !== "\n") throw new Error(`"${path}" ends within a line`);
  const lines = text
    .slice(0, end)
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => (JSON.parse(line) as { readonly id: string }).id);
}
