import { dirname } from "node:path";
import type { Delivery } from "../../model/delivery.ts";
import { DELIVERED } from "../../model/delivery.ts";
import type { JournalEntry } from "../../model/entry.ts";
import type { Sink } from "../../ports/sink.ts";
import { LARGE_BYTES_MIN, toJsonBytes, toJsonLine } from "../encode/json.ts";
import type { EndpointOf, SinkDeps } from "../create-sink.ts";
import { UnfitPath, classifyError } from "./classify-error.ts";
import { lockPath } from "./lock.ts";
import type { FileLock } from "./lock.ts";
import { checkPath, isAsLeft, isHeld, openTarget } from "./target.ts";
import type { Target } from "./target.ts";

/** An fsync is the price of a batch, whatever its size. */
const BATCH = { entriesMax: 4_096, bytesMax: 4 * 1024 * 1024 };

/**
 * NDJSON of the JSON form: one event a line, UTF-8, each line ended by a line feed.
 *
 * `delivered` means whole lines, made durable by fsync. The file is never left with a part of a line: an attempt that fails cuts it
 * back to the last durable line, as does the next opening after a crash. One writer per path, by a lock beside it. The file may be
 * renamed away or removed at any time: the next attempt begins another one, and lines that were written meanwhile are written again. One
 * that is copied and emptied loses what comes between the two, as with any writer. Nothing is ever refused or too large.
 */
export function createFileSink(
  endpoint: EndpointOf<"file">,
  { disk }: Pick<SinkDeps, "disk">,
): Sink {
  const { path } = endpoint.spec;
  const action = `Cannot write to file "${path}"`;
  let lock: FileLock | null = null;
  let target: Target | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  async function letGo(): Promise<void> {
    const left = target;
    target = null;
    await left?.file.close();
  }

  /** The file at the path, open. */
  async function current(): Promise<Target> {
    if (target !== null && !(await isAsLeft(disk, path, target))) await letGo();
    if (target !== null) return target;
    await disk.makeFolder(dirname(path));
    await checkPath(disk, path);
    lock ??= await lockPath(disk, path);
    if (lock === null) throw new UnfitPath("another process or endpoint writes to it");
    target = await openTarget(disk, path);
    return target;
  }

  /** After a failure nobody knows what the file holds behind its last durable line. */
  async function cutBack(open: Target): Promise<void> {
    try {
      const isLonger = (await open.file.sizeBytes()) > open.sizeBytes;
      if (isLonger) await open.file.truncate(open.sizeBytes);
    } finally {
      await letGo();
    }
  }

  async function append(open: Target, lines: readonly Uint8Array[]): Promise<Delivery> {
    try {
      for (const part of lines) await open.file.write(part);
      await open.file.sync();
    } catch (error) {
      // The failed attempt says more than a failed clean-up after it; the next opening cuts the file again.
      await cutBack(open).catch(() => undefined);
      return classifyError(action, error);
    }
    for (const { byteLength } of lines) open.sizeBytes += byteLength;
    return confirmed(open);
  }

  /** A rotation may have moved, packed, removed or emptied the file while it was written to: then nobody knows where the lines are. */
  async function confirmed(open: Target): Promise<Delivery> {
    try {
      if (await isHeld(disk, path, open)) return DELIVERED;
      await letGo();
      const cause = `${action}: it was moved, removed or emptied meanwhile`;
      return { status: "retry", cause, retryAfterMs: null };
    } catch (error) {
      return classifyError(action, error);
    }
  }

  async function write(entries: readonly JournalEntry[]): Promise<Delivery> {
    const lines = linesOf(entries);
    let open: Target;
    try {
      open = await current();
    } catch (error) {
      return classifyError(action, error);
    }
    return append(open, lines);
  }

  /** A write cannot be called back: one that hangs is left to end by itself, and the next one waits for that. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  return {
    batch: BATCH,
    connect: async () => {
      // What is wrong with the path, `deliver` says as an outcome.
      await inTurn(current).catch(() => undefined);
    },
    deliver: async (entries, signal) => {
      if (entries.length === 0) return DELIVERED;
      const over = new AbortController();
      const written = inTurn(() => (signal.aborted ? stopped(action) : write(entries)));
      try {
        return await Promise.race([
          written,
          aborted(signal, over.signal).then(() => stopped(action)),
        ]);
      } finally {
        over.abort();
      }
    },
    close: async () => {
      try {
        await turn;
        await letGo();
      } finally {
        lock?.release();
        lock = null;
      }
    },
  };
}

function stopped(action: string): Promise<Delivery> {
  const cause = `${action}: it was not done in time`;
  return Promise.resolve({ status: "retry", cause, retryAfterMs: null });
}

/** Resolves when the signal is aborted; never after the other one is. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true, signal: over });
  });
}

const LINE_END = Buffer.from("\n");

/** The lines in parts: those of small events as one, a large one by itself, so that it is not copied once more. */
function linesOf(entries: readonly JournalEntry[]): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let text = "";
  for (const entry of entries) {
    if (entry.sizeBytes < LARGE_BYTES_MIN) {
      text += `${toJsonLine(entry.event())}\n`;
      continue;
    }
    parts.push(Buffer.from(text), toJsonBytes(entry.event()), LINE_END);
    text = "";
  }
  return text === "" ? parts : [...parts, Buffer.from(text)];
}
