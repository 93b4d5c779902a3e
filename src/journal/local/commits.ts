import { compress } from "../../avro/codec.ts";
import { ChaperoneError, describeError } from "../../model/error.ts";
import type { NewEntry } from "../../model/entry.ts";
import type { JournalPosition } from "../../model/position.ts";
import { createBatcher } from "./batch.ts";
import type { Batch, PendingAppend } from "./batch.ts";
import { positionAt } from "./entry.ts";
import type { Settings } from "./options.ts";
import type { Persist } from "./persist.ts";

/** The way of appends to the disk, in order, in as few fsyncs as their number allows. */
export interface Commits {
  append(entries: readonly NewEntry[]): Promise<JournalPosition>;
  /** Waits for the appends under way; those that wait for space are given up. */
  close(): Promise<void>;
}

/**
 * Three things at once: appends gather; one batch is encoded and compressed; one block is written and synced. A batch is made when
 * the fsync before it ends, when `commitBytesMax` have gathered, or after `lingerMs`, whichever comes first; it is written when
 * that fsync has ended. So at most one block is ever unfinished on disk.
 */
export function createCommits(settings: Settings, persist: Persist, endAtStart: number): Commits {
  const batcher = createBatcher({ sequence: endAtStart, bytesMax: settings.commitBytesMax });
  const queue: PendingAppend[] = [];
  const closing = new AbortController();
  let underWay: PendingAppend[] = [];
  let pendingBytes = 0;
  let failure: ChaperoneError | null = null;
  let isSettling = false;
  let wake: () => void = () => undefined;

  async function run(): Promise<void> {
    let last: Promise<void> = Promise.resolve();
    while (!isFailed() && !(closing.signal.aborted && queue.length === 0)) {
      if (queue.length === 0) {
        await awake();
        continue;
      }
      await linger(last);
      const batch = batcher.make(queue, persist.isTight());
      pendingBytes = queue.reduce((sum, append) => sum + untakenBytes(append), 0);
      underWay.push(...batch.finished.map(({ append }) => append));
      const data = await compressed(batch);
      await last;
      if (isFailed()) return;
      last = settle(batch, data).catch(fail);
    }
    await last;
  }

  async function settle(batch: Batch, data: Uint8Array | null): Promise<void> {
    isSettling = true;
    if (data !== null) await persist.block({ ...batch, data });
    isSettling = false;
    for (const { append, last } of batch.finished) {
      underWay.shift();
      append.resolve(positionAt(last));
    }
  }

  /** Until the block before is durable, a whole batch has gathered, or the time is over. */
  async function linger(last: Promise<void>): Promise<void> {
    if (!isSettling) return;
    const timer = new AbortController();
    const sleep = settings.clock.sleep(settings.lingerMs, timer.signal);
    await Promise.race([last, sleep, gathered(timer.signal)]);
    timer.abort();
  }

  async function gathered(signal: AbortSignal): Promise<void> {
    while (pendingBytes < settings.commitBytesMax && !signal.aborted) await awake();
  }

  function awake(): Promise<void> {
    return new Promise((resolve) => {
      const before = wake;
      wake = () => {
        before();
        resolve();
      };
    });
  }

  function notify(): void {
    const waiting = wake;
    wake = () => undefined;
    waiting();
  }

  function fail(error: unknown): void {
    failure = writeFailed(settings.folder, error);
    for (const append of [...underWay, ...queue.splice(0)]) append.reject(failure);
    underWay = [];
    notify();
  }

  function isFailed(): boolean {
    return failure !== null;
  }

  const running = run().catch(fail);
  return {
    append: (entries) => {
      if (failure !== null) return Promise.reject(failure);
      if (closing.signal.aborted) return Promise.reject(writeFailed(settings.folder, CLOSED));
      return new Promise((resolve, reject) => {
        const isOwn = entries.length > 0 && entries.every(isOwnEntry);
        queue.push({ entries, taken: 0, isOwn, resolve, reject });
        pendingBytes += untakenBytes({ entries, taken: 0 });
        notify();
      });
    },
    close: async () => {
      closing.abort();
      persist.giveUpWaiting();
      notify();
      await running;
    },
  };
}

const CLOSED = "it is closed";

/** Null for a batch of appends without entries, which wait for their turn only. */
async function compressed(batch: Batch): Promise<Uint8Array | null> {
  return batch.entries.length === 0 ? null : compress(batch.payload, "zstandard");
}

function isOwnEntry(entry: NewEntry): boolean {
  return entry.event.origin.kind === "chaperone";
}

/** Near enough for deciding when a batch is worth a commit: the fields of an event take about as much as a short record. */
function untakenBytes({ entries, taken }: Pick<PendingAppend, "entries" | "taken">): number {
  let sizeBytes = 0;
  for (let index = taken; index < entries.length; index += 1)
    sizeBytes += FIELDS_BYTES + (entries[index]?.event.original?.bytes.byteLength ?? 0);
  return sizeBytes;
}

const FIELDS_BYTES = 1_200;

function writeFailed(folder: string, error: unknown): ChaperoneError {
  if (error instanceof ChaperoneError) return error;
  return new ChaperoneError(
    "JOURNAL_WRITE_FAILED",
    `Cannot append to journal "${folder}": ${describeError(error)}`,
    {
      cause: error,
      hint: "Chaperone ends, since what the disk holds is not known any more. Start it again: it goes on from what is durable.",
    },
  );
}
