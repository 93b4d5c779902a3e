import { keyOf } from "./file-key.ts";
import type { Collector, Intake } from "../../ports/collector.ts";
import { createOverflow } from "../overflow.ts";
import { readCheckpoint, type FileTailCheckpoint } from "./checkpoint.ts";
import { closeFile, giveRoom, holdFiles, isOutOfDescriptors } from "./descriptors.ts";
import { createFaults } from "./faults.ts";
import { createFileFinder, type FoundFiles } from "./find-files.ts";
import { seeFirstBytes } from "./first-bytes.ts";
import { createHandIn, type HandIn } from "./hand-in.ts";
import { FILE_TAIL_LIMITS } from "./limits.ts";
import { takeLook } from "./look.ts";
import { createReport } from "./report.ts";
import { retireFiles } from "./retire.ts";
import { saveFile } from "./save.ts";
import { createSaver, type Saver } from "./saver.ts";
import { createSeries } from "./series.ts";
import type { FileTailOf, Tail } from "./tail.ts";
import { restoreFile, type TailedFile } from "./tailed-file.ts";
import { mayTurn, renewFiles, takeTurn } from "./turn.ts";
import { createWaker, type Waker } from "./waker.ts";

/** Looking for files may take this share of the time at most: many files are looked for less often. */
const LOOK_TIME_SHARE = 0.1;

/**
 * Follows the files of a source. Once every `pollMs` it looks what is there, holds a descriptor on it, and reads what is new, in
 * rounds: no notification of the system is relied on. A file is its device and inode, not its path, so that renaming changes
 * nothing; what makes sure that an inode still has the same content is in checkpoint.ts.
 */
export function createFileTail(of: FileTailOf): Collector {
  return {
    source: of.source,
    run: async (intake, signal) => {
      const waker = createWaker(of.clock);
      const { tail, saver, isNew } = await startTail(of, { intake, waker });
      const wake = (): void => waker.wake();
      signal.addEventListener("abort", wake);
      try {
        await follow(tail, { waker, saver, signal, isNew });
      } finally {
        signal.removeEventListener("abort", wake);
        await saver.finish();
        for (const file of tail.files.values()) await closeFile(file);
      }
    },
  };
}

interface Started {
  readonly tail: Tail;
  readonly saver: Saver;
  /** The source never had a checkpoint. */
  readonly isNew: boolean;
}

async function startTail(
  of: FileTailOf,
  { intake, waker }: { readonly intake: Intake; readonly waker: Waker },
): Promise<Started> {
  const { source, checkpoints, clock, log } = of;
  const limits = { ...FILE_TAIL_LIMITS, ...of.limits };
  const document = await checkpoints.load(source.name);
  const snapshot = (): FileTailCheckpoint => ({
    version: 1,
    // A file that is not placed yet is found anew, and placed, after a restart.
    files: [
      ...[...tail.files.values()].filter(isPlaced).map((file) => saveFile(file)),
      ...tail.replaced,
    ],
  });
  const saver = createSaver({
    source: source.name,
    checkpoints,
    clock,
    log,
    snapshot,
    saveMs: limits.saveMs,
  });
  const tail: Tail = {
    ...of,
    limits,
    intake,
    files: new Map(),
    replaced: [],
    faults: createFaults(source.name, log),
    overflow: createOverflow(source, { ...of.options, ...limits }, { clock, intake }),
    room: { filesOpenMax: limits.filesOpenMax, changedAtMs: 0 },
    touch: () => saver.touch(),
    wake: () => waker.wake(),
  };
  if (document !== null) restore(tail, readCheckpoint(source.name, document));
  return { tail, saver, isNew: document === null };
}

function isPlaced(file: TailedFile): boolean {
  return file.isPlaced;
}

function restore(tail: Tail, checkpoint: FileTailCheckpoint): void {
  for (const saved of checkpoint.files) {
    if (saved.fate === "replaced") tail.replaced.push(saved);
    else tail.files.set(keyOf(saved), restoreFile(saved, tail.clock.monotonicMs()));
  }
}

interface Following {
  readonly waker: Waker;
  readonly saver: Saver;
  readonly signal: AbortSignal;
  readonly isNew: boolean;
}

async function follow(tail: Tail, { waker, saver, signal, isNew }: Following): Promise<void> {
  const { clock } = tail;
  const find = createFinder(tail);
  const handIn = createHandIn(tail);
  const report = createReport(tail);
  let nextLookMs = -Infinity;
  for (let looks = 0; !signal.aborted;) {
    const isLook = clock.monotonicMs() >= nextLookMs;
    if (isLook) {
      const startedMs = clock.monotonicMs();
      report.lookBegins();
      const found = await find();
      const isFirst = looks++ === 0;
      const startsNow = isFirst && isNew && tail.options.start === "now";
      await takeLook(tail, { found, isFirst, startsNow });
      if (isFirst) tail.touch();
      await holdFiles(tail);
      const lookMs = clock.monotonicMs() - startedMs;
      nextLookMs = startedMs + Math.max(tail.options.pollMs, lookMs / LOOK_TIME_SHARE);
    }
    await drain(tail, handIn, () => signal.aborted || clock.monotonicMs() >= nextLookMs);
    if (isLook) await seeFirstBytes(tail);
    renewFiles(tail, handIn);
    await retireFiles(tail, handIn);
    saver.saveWhereDue();
    if (report.send(looks)) break;
    await waker.wait(nextLookMs - clock.monotonicMs());
  }
  await settleWithin(tail, handIn);
}

/** Reads until nothing is left to read, the intake has enough under way, or something else is due. */
async function drain(tail: Tail, handIn: HandIn, isOver: () => boolean): Promise<void> {
  const series = createSeries(tail.files.values());
  while (handIn.hasRoom() && !isOver()) {
    const file = series.next((candidate) => mayTurn(tail, candidate));
    if (file === null) return;
    await takeTurn(tail, handIn, file);
  }
}

/** What is under way when the tail stops has a moment to become durable; it is read again after the restart otherwise. */
async function settleWithin(tail: Tail, handIn: HandIn): Promise<void> {
  const settled = new AbortController();
  const idle = handIn.idle().then(() => settled.abort());
  await Promise.race([idle, tail.clock.sleep(tail.limits.stopMs, settled.signal)]);
}

/** Looks for the source's files, and says what it could not look at. */
function createFinder(tail: Tail): () => Promise<FoundFiles> {
  const find = createFileFinder(tail.options.include, tail.options.exclude);
  return async () => {
    const found = await find();
    tail.faults.looked(found.faults);
    if (found.faults.some(({ error }) => isOutOfDescriptors(error))) await giveRoom(tail);
    return found;
  };
}
